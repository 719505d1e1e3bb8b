"""Expected failures and their form on the wire."""

from shared.clients.http import UpstreamRefused
from shared.decoding import UndecodableAudio
from shared.errors import InvalidRequest, ServiceError, problem
from shared.inference import EngineBusy


def all_kinds(kind: type[ServiceError] = ServiceError) -> list[type[ServiceError]]:
    kinds = [kind, *(each for child in kind.__subclasses__() for each in all_kinds(child))]
    return [each for each in kinds if each.__module__.startswith("shared.")]


def test_a_problem_says_what_happened_in_every_form_that_clients_read() -> None:
    body = problem(EngineBusy("17 requests are already waiting"), instance="/transcribe", request_id="r1")
    assert body == {
        "type": "/problems/engine-busy",
        "title": "Engine is at capacity",
        "status": 503,
        "code": "engine-busy",
        "detail": "17 requests are already waiting",
        "instance": "/transcribe",
        "retryable": True,
        "request_id": "r1",
        "error": {
            "code": "ENGINE_BUSY",
            "message": "17 requests are already waiting",
            "request_id": "r1",
            "path": "/transcribe",
        },
    }


def test_faults_of_fields_are_listed() -> None:
    fields = [{"field": "body.title", "message": "Field required"}]
    body = problem(InvalidRequest("body.title: Field required", fields=fields), instance="/", request_id="r")
    assert body["errors"] == fields


def test_every_failure_has_a_code_of_its_own() -> None:
    kinds = all_kinds()
    assert {EngineBusy, UndecodableAudio, UpstreamRefused} < set(kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_only_what_may_pass_is_retryable() -> None:
    assert {kind.status for kind in all_kinds() if kind.retryable} <= {408, 429, 503}
