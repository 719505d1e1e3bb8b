"""Whatever the documentation allows is answered as it says; what it forbids is refused and breaks nothing."""

from collections.abc import Iterator

import psycopg
import pytest
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction as Check
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api_service.gateway.idempotency import HEADER
from api_service.settings import ApiSettings
from tests.integration.api_service.gateway import belongings, excuses
from tests.integration.api_service.gateway.running import (
    OPERATIONS,
    AnyCase,
    cases,
    serving_on_a_port,
    token_for,
)
from tests.servers import Servers

pytestmark = pytest.mark.integration

EXAMPLES = 10


def _takes_something(name: str) -> bool:
    """Whether there is anything in a request that could be other than it should be."""
    return not {"parameters", "requestBody", "security"}.isdisjoint(OPERATIONS[name].definition.raw)


def _ends(name: str) -> bool:
    """Whether an operation names something and its answer is not a stream that goes on."""
    return "{" in name and not name.endswith("/events")


@pytest.fixture(scope="module")
def address(settings: ApiSettings) -> Iterator[str]:
    with serving_on_a_port(settings) as address:
        yield address


@pytest.fixture(scope="module")
def signed_in(address: str) -> tuple[str, dict[str, str]]:
    """The id of an account, and the header of who it belongs to."""
    user_id, token = token_for(address, "contract")
    return user_id, {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_keeps_its_documentation(
    address: str, signed_in: tuple[str, dict[str, str]], name: str
) -> None:
    for case in cases(name, count=EXAMPLES):
        _ask(name, case, address, signed_in[1])


@pytest.mark.parametrize("name", [name for name in OPERATIONS if _takes_something(name)])
def test_what_is_not_allowed_is_answered_as_documented(
    address: str, signed_in: tuple[str, dict[str, str]], name: str
) -> None:
    for case in cases(name, count=EXAMPLES, mode=GenerationMode.NEGATIVE):
        _ask(name, case, address, signed_in[1])


@pytest.mark.parametrize("name", [name for name in OPERATIONS if _ends(name)])
def test_what_there_is_is_answered_as_documented(
    address: str, servers: Servers, signed_in: tuple[str, dict[str, str]], name: str
) -> None:
    """Generated ids name nothing, so success has to be asked for."""
    own = belongings.make(servers.database_admin_url, owner=signed_in[0])
    _complete_audio_file(servers, own)
    for case in cases(name, count=EXAMPLES):
        case.path_parameters = {each: own.parameter(each) for each in case.path_parameters or {}}
        _ask(name, case, address, signed_in[1])


def _complete_audio_file(servers: Servers, own: belongings.Belongings) -> None:
    with psycopg.connect(servers.database_admin_url) as connection:
        connection.execute(
            """
            update public.audio_files
            set upload_status = 'completed', completed_at = now(), file_hash = repeat('0', 64),
              mime_type = 'audio/wav', format = 'wav', duration_seconds = 1.5, sample_rate = 16000,
              channels = 1
            where id = %s
            """,
            [own.parameter("file_id")],
        )


def _ask(name: str, case: AnyCase, address: str, headers: dict[str, str]) -> None:
    # One key for two bodies is refused, which is right and tells nothing of the route.
    case.headers.pop(HEADER, None)
    answer = case.call(base_url=address, headers=headers, timeout=60)
    excused: list[Check] = []
    if excuses.refused_for_a_reason(name, answer):
        excused = [positive_data_acceptance, negative_data_rejection]
    elif excuses.says_something_twice(case):
        excused = [negative_data_rejection]
    case.validate_response(answer, excluded_checks=excused)
