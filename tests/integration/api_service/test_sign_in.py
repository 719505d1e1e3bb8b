"""Signing in, and every request that does not."""

import time
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.api_service.tokens import ISSUER, Signer, claims, unsigned
from tests.integration.api_service import databases
from tests.integration.api_service.conftest import BASE_URL, Issuer, Person, sign_in, stored
from tests.servers import Servers

pytestmark = pytest.mark.integration


async def test_signing_in_again_is_the_same_account(ada: Person) -> None:
    again = await ada.api.post("/api/v1/auth/development-token", json={"email": f" {ada.email.upper()} "})
    answer = again.json()
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 43_200)
    assert answer["user"] == {
        "id": ada.id,
        "email": ada.email,
        "username": ada.email.partition("@")[0],
        "full_name": "Ada",
        "avatar_url": None,
        "created_at": answer["user"]["created_at"],
    }
    own = await ada.api.get("/api/v1/users/me", headers={"authorization": f"bearer {answer['access_token']}"})
    assert own.json() == answer["user"]


async def test_a_token_is_shaped_as_supabase_shapes_it(ada: Person) -> None:
    said = jwt.decode(ada.token, options={"verify_signature": False})
    assert (said["sub"], said["email"]) == (ada.id, ada.email)
    assert (said["aud"], said["role"]) == ("authenticated", "authenticated")
    assert said["user_metadata"] == {"full_name": "Ada"}
    assert said["app_metadata"]["provider"] == "development"


async def test_anybody_can_verify_a_development_token_with_the_published_key(ada: Person) -> None:
    published = (await ada.api.get("/.well-known/jwks.json")).json()
    assert all("d" not in key for key in published["keys"])
    key = jwt.PyJWKSet.from_dict(published).keys[0]
    assert jwt.decode(ada.token, key, audience="authenticated")["sub"] == ada.id


async def test_the_page_learns_that_it_may_sign_people_in(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/v1/auth/config")).json() == {"development_sign_in": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example:8000"},
        {"origin": "https://elsewhere.example"},
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
    ],
)
async def test_a_token_is_not_given_through_other_names_or_proxies(
    api: httpx.AsyncClient, servers: Servers, headers: dict[str, str]
) -> None:
    before = stored(servers)
    body = {"email": "nobody@example.com"}
    answer = await api.post("/api/v1/auth/development-token", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "development-sign-in-refused")
    assert stored(servers) == before


@pytest.mark.parametrize(
    "changed", [{"environment": "production"}, {"host": "0.0.0.0"}, {"development_key_file": None}]
)
async def test_no_token_is_given_outside_of_development(
    settings: ApiSettings, changed: dict[str, object]
) -> None:
    async with LifespanManager(create_app(settings.model_copy(update=changed))) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            refused = await client.post("/api/v1/auth/development-token", json={"email": "a@example.com"})
            assert refused.status_code == 403
            assert (await client.get("/api/v1/auth/config")).json() == {"development_sign_in": False}
            assert (await client.get("/.well-known/jwks.json")).json() == {"keys": []}


async def test_a_token_of_the_sign_in_service_opens_the_same_account(ada: Person, issuer: Issuer) -> None:
    answer = await ada.api.get(
        "/api/v1/users/me", headers=bearer(issuer.signer.sign(claims(sub=ada.id, email=ada.email)))
    )
    assert (answer.status_code, answer.json()["id"]) == (200, ada.id)


async def test_where_supabase_makes_the_accounts_no_token_is_given(
    settings: ApiSettings, servers: Servers
) -> None:
    with databases.database(servers.database_admin_url) as admin_url:
        for path in (databases.BEFORE_MIGRATIONS, *databases.MIGRATIONS):
            databases.run_script(admin_url, path.read_text())
        name = conninfo_to_dict(admin_url)["dbname"]
        url = SecretStr(make_conninfo(servers.database_url, dbname=name))
        async with LifespanManager(create_app(settings.model_copy(update={"database_url": url}))) as manager:
            transport = httpx.ASGITransport(manager.app)
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
                answer = await client.post("/api/v1/auth/development-token", json={"email": "a@b.c"})
    assert (answer.status_code, answer.json()["code"]) == (403, "development-sign-in-refused")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": ""}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer "}]
)
async def test_a_request_without_a_token_is_told_so(api: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await api.get("/api/v1/sessions", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, "Authorization header missing")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


FORGERIES = [
    "another key",
    "development key id",
    "no signature",
    "expired",
    "another project",
    "another audience",
    "service",
    "nonsense",
]


def forged(kind: str, *, user_id: str, issuer: Issuer, development_token: str) -> str:
    """A token for an account that exists, wrong in one way."""
    sign = issuer.signer.sign
    match kind:
        case "another key":
            return Signer.elliptic(issuer.signer.key_id).sign(claims(sub=user_id))
        case "development key id":
            header = jwt.get_unverified_header(development_token)
            said = jwt.decode(development_token, options={"verify_signature": False})
            return Signer.elliptic(header["kid"]).sign(said)
        case "no signature":
            return unsigned(claims(sub=user_id), alg="none")
        case "expired":
            return sign(claims(sub=user_id, exp=int(time.time()) - 60))
        case "another project":
            return sign(claims(sub=user_id, iss=ISSUER.replace("project", "other")))
        case "another audience":
            return sign(claims(sub=user_id, aud="somebody-else"))
        case "service":
            return sign(claims(sub=user_id, role="service_role"))
        case _:
            return "nonsense"


@pytest.mark.parametrize("kind", FORGERIES)
async def test_a_wrong_token_opens_nothing_and_changes_nothing(
    ada: Person, issuer: Issuer, servers: Servers, kind: str
) -> None:
    token = forged(kind, user_id=ada.id, issuer=issuer, development_token=ada.token)
    before = stored(servers)
    for request in (
        ada.api.get("/api/v1/sessions", headers=bearer(token)),
        ada.api.post("/api/v1/sessions", json={"title": "Forged"}, headers=bearer(token)),
        ada.api.post("/api/v1/livekit/connection-details", json={}, headers=bearer(token)),
    ):
        answer = await request
        assert (answer.status_code, answer.json()["detail"]) == (401, "Invalid token")
        assert answer.json()["code"] == "unauthenticated"
    assert stored(servers) == before


async def test_a_token_for_an_account_that_is_gone_is_told_so(
    api: httpx.AsyncClient, issuer: Issuer, servers: Servers
) -> None:
    answer = await api.get("/api/v1/users/me", headers=bearer(issuer.signer.sign(claims(sub=str(uuid4())))))
    assert (answer.status_code, answer.json()["detail"]) == (401, "User not found")


async def test_an_inactive_account_is_told_so(api: httpx.AsyncClient, servers: Servers) -> None:
    person = await sign_in(api, "gone")
    with psycopg.connect(servers.database_admin_url) as connection:
        connection.execute("update public.users set is_active = false where id = %s", [person.id])
    for answer in (
        await person.get("/api/v1/users/me"),
        await person.api.post("/api/v1/auth/development-token", json={"email": person.email}),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (401, "User account is inactive")
