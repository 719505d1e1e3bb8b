"""What a schema cannot say: why a request that it allows is refused, or one that it forbids is taken."""

from collections.abc import Mapping

from schemathesis import Response

from tests.integration.api_service.gateway.running import AnyCase

EVERYWHERE = {
    "Contains characters that are not text": "Postgres stores no NUL, and half a character is none",
    "String should have at least 1 character": "texts are trimmed, and of blank space nothing is left",
    "too-large": "what is too large is not read, whatever else is wrong with it",
}
"""By the code of a problem or the beginning of what it says of a field."""

_SPEAKERS = {
    "min_speakers is more than max_speakers": "two numbers depend on each other",
    "num_speakers lies outside": "three numbers depend on each other",
}
_CHANGE = {
    "If-Match has to be one entity tag": "a header is text",
    "Say what": "one of several is needed",
}
_TEXT = {"A summary cannot be without": "null is for what may be removed, and absence for what stays"}
_STATUS = {"invalid-status": "which there are is told in words, as the first clients know it"}
_NEEDED = {"A template cannot be without": "null is for what may be removed, and absence for what stays"}

ROUTES: Mapping[str, Mapping[str, str]] = {
    "get /api/v1/sessions": {
        "cursor:": "a cursor comes from the page before",
        "A cursor and an offset cannot be used together": "two places are none",
        "created_from has to be earlier": "two instants depend on each other",
    },
    "get /api/v1/search": {"bad-request": "a cursor comes from the page before"},
    "delete /api/v1/users/me": {"not-confirmed": "an account ends when its own name is said"},
    "patch /api/v1/users/me": {
        "Has to be an https address": "which addresses are safe to show, no pattern says",
        "An account cannot be without username": "null removes a name, and one is needed",
    },
    "post /api/v1/transcriptions/batch": {
        "not-audio": "the content decides what is audio",
        "unsupported-media-type": "a form without its file is sent as no form",
        "session_id and audio_file_id belong together": "one without the other names nothing",
        **_SPEAKERS,
    },
    "post /api/v1/transcriptions": {
        "Input should be a valid list": "segments may also be the JSON of a list",
        "Invalid JSON": "segments may also be the JSON of a list",
    },
    "put /api/v1/transcriptions/{transcription_id}": {
        "Input should be a valid list": "segments may also be the JSON of a list",
        "Invalid JSON": "segments may also be the JSON of a list",
        **_CHANGE,
    },
    "post /api/v1/audio/upload": {
        "Field required": "without a session in the form, the one chosen before is meant, if there is one"
    },
    "get /api/v1/livekit/rooms/{room}/status": {"invalid-room-name": "a room is called after its session"},
    "post /api/v1/livekit/rooms/{room}/end": {"invalid-room-name": "a room is called after its session"},
    "post /api/v1/sessions/{session_id}/retranscribe": _SPEAKERS,
    "post /api/v2/sessions/{session_id}/retranscribe": _SPEAKERS,
    "patch /api/v1/sessions/{session_id}/transcript/segments/{segment_id}": _CHANGE,
    "put /api/v1/templates/{template_id}": _NEEDED,
    "patch /api/v1/templates/{template_id}": _NEEDED,
    **{
        f"{method} /api/{version}/sessions/{{session_id}}/ai-summaries/{{summary_id}}": _TEXT
        for method in ("put", "patch")
        for version in ("v1", "v2")
    },
    "put /api/v1/sessions/{session_id}": _STATUS,
    "patch /api/v1/sessions/{session_id}": _STATUS,
    "get /api/v2/tasks": {"cursor:": "a cursor comes from the page before"},
    "post /api/v1/sessions/{session_id}/audio_files/uploads": {
        "A file's name has 1 to 255 characters": "folders in front of a name do not count",
    },
}
"""By operation, what is refused of what its schema allows, and the reason."""


def refused_for_a_reason(name: str, answer: Response) -> bool:
    """Whether a problem is one that no schema could have told."""
    if answer.status_code // 100 != 4:
        return False
    body = answer.json()
    known = (*EVERYWHERE, *ROUTES.get(name, {}))
    said = [str(each["message"]).removeprefix("Value error, ") for each in body.get("errors") or ()]
    if said:
        return all(each.startswith(known) for each in said)
    return body["code"] in known or str(body["detail"]).startswith(known)


def says_something_twice(case: AnyCase) -> bool:
    """Of a value in the address that is given twice the last counts, as everywhere on the web."""
    return any(isinstance(value, list) for value in (case.query or {}).values())
