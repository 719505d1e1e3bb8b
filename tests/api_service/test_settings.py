"""What the API makes of its environment."""

import pytest
from pydantic import SecretStr, ValidationError

from api_service.settings import ApiSettings


def test_a_supabase_project_says_who_issues_tokens_and_where_its_keys_are() -> None:
    settings = ApiSettings(supabase_url="https://project.example/")
    assert settings.token_issuer == "https://project.example/auth/v1"
    assert settings.token_keys_url == "https://project.example/auth/v1/.well-known/jwks.json"


def test_what_is_given_wins_over_supabase() -> None:
    settings = ApiSettings(
        supabase_url="https://project.example", jwt_issuer="us", jwks_url="https://keys.example"
    )
    assert (settings.token_issuer, settings.token_keys_url) == ("us", "https://keys.example")


def test_keys_without_an_issuer_are_refused() -> None:
    with pytest.raises(ValidationError, match="API_JWT_ISSUER"):
        ApiSettings(jwks_url="https://keys.example")
    with pytest.raises(ValidationError, match="API_JWT_ISSUER"):
        ApiSettings.model_validate({"jwt_secret": "secret"})


def test_browsers_reach_livekit_where_we_do_unless_told_otherwise() -> None:
    assert ApiSettings(livekit_url="ws://here").browser_livekit_url == "ws://here"
    assert ApiSettings(livekit_public_url="wss://there").browser_livekit_url == "wss://there"


def test_an_empty_service_token_is_none_and_a_short_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_TOKEN", "")
    assert ApiSettings().service_token is None
    monkeypatch.setenv("SERVICE_TOKEN", "0123456789abcdef")
    token = ApiSettings().service_token
    assert token
    assert token.get_secret_value() == "0123456789abcdef"
    monkeypatch.setenv("SERVICE_TOKEN", "guess")
    with pytest.raises(ValidationError) as refusal:
        ApiSettings()
    assert "guess" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("", ()),
        ("https://a.example", ("https://a.example",)),
        ("https://a.example, http://b.example:3000,", ("https://a.example", "http://b.example:3000")),
    ],
)
def test_origins_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, given: str, origins: tuple[str, ...]
) -> None:
    monkeypatch.setenv("API_CORS_ORIGINS", given)
    assert ApiSettings().cors_origins == origins


@pytest.mark.parametrize(
    ("port", "told", "prepare"),
    [("5432", None, True), ("6543", None, False), ("6543", True, True), ("5432", False, False)],
)
def test_statements_are_not_prepared_behind_the_pooler_that_forgets_them(
    port: str, told: bool | None, prepare: bool
) -> None:
    url = SecretStr(f"postgresql://intrascribe_api@db.example:{port}/postgres")
    assert ApiSettings(database_url=url, database_prepares=told).connections_prepare is prepare
