"""What texts in bodies have to be."""

import json

import pytest
from pydantic import ValidationError

from api_service.auth.schemas import DevelopmentTokenRequest
from api_service.sessions.schemas import SessionCreate


@pytest.mark.parametrize("language", ["en", "zh-CN", "en-US", "yue", "zh-Hant-TW", "es-419"])
def test_languages_are_echoed_as_given(language: str) -> None:
    assert SessionCreate(title="a", language=language).language == language


@pytest.mark.parametrize(
    "language", ["", "e", "english", "EN", "zh_CN", "en-", "en-U", "en US", "en\n", "日本"]
)
def test_what_is_no_language_tag_does_not_parse(language: str) -> None:
    with pytest.raises(ValidationError):
        SessionCreate(title="a", language=language)


def test_a_title_is_trimmed() -> None:
    assert SessionCreate(title="  Weekly  ").title == "Weekly"
    assert SessionCreate(title=f" {'x' * 200} ").title == "x" * 200


@pytest.mark.parametrize(
    "title", ["", "   ", "x" * 201, "a\x00b", json.loads(r'"\ud800"'), json.loads(r'"a\udfff"')]
)
def test_a_title_that_cannot_be_kept_does_not_parse(title: str) -> None:
    with pytest.raises(ValidationError):
        SessionCreate(title=title)


def test_whole_surrogate_pairs_are_text() -> None:
    assert SessionCreate(title=json.loads(r'"\ud83d\ude00"')).title == "😀"


@pytest.mark.parametrize("email", ["", "a", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\x00", f"{'x' * 251}@b.c"])
def test_what_is_no_address_does_not_parse(email: str) -> None:
    with pytest.raises(ValidationError):
        DevelopmentTokenRequest(email=email)
