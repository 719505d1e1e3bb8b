"""What is made of captions that programs post."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from api_service.realtime.posted import BadTimestamp, MissingFields, PostedSegment, as_caption
from shared.contracts.captions import FIRST_HUMAN_REVISION, Caption
from tests.api_service.realtime.scripts import SESSION

ZERO = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
NOW = ZERO + timedelta(seconds=30)


def posted(**fields: object) -> Caption:
    body = {"text": " hello ", "speaker": "Ann"} | fields
    segment = PostedSegment.model_validate({name: each for name, each in body.items() if each is not None})
    return as_caption(segment, SESSION, zero=ZERO, now=NOW)


def test_a_posted_segment_is_a_final_caption() -> None:
    caption = posted(confidence=0.5, language="en", index=3, extra={"a": 1})
    assert (caption.text, caption.participant_name, caption.final) == ("hello", "Ann", True)
    assert (caption.confidence, caption.language, caption.revision) == (0.5, "en", 0)
    assert (caption.start, caption.end) == (30.0, 30.0)


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"timestamp": "[00:00:01:500,01:00:02:250]"}, (1.5, 3602.25)),
        ({"timestamp": "00:00:10:100-00:00:10:500"}, (10.1, 10.5)),
        ({"timestamp": "00:00:01-00:00:02"}, (1.0, 2.0)),
        ({"timestamp": "2026-11-21T10:00:05.5Z"}, (5.5, 5.5)),
        ({"timestamp": "2026-11-21T10:00:05"}, (5.0, 5.0)),
        ({"timestamp": "2026-11-21T12:00:05+02:00", "duration_seconds": 2}, (3.0, 5.0)),
        ({"timestamp": "2026-11-21T09:00:00Z"}, (0.0, 0.0)),
        ({"timestamp": 4, "duration_seconds": 9}, (0.0, 4.0)),
        ({"timestamp": ZERO.timestamp() + 7}, (7.0, 7.0)),
        ({"timestamp": (ZERO.timestamp() + 7) * 1000}, (7.0, 7.0)),
        ({"start_time": 1, "end_time": 2, "timestamp": "[00:00:08:000,00:00:09:000]"}, (1.0, 2.0)),
        ({"start_time": 1, "duration_seconds": 3}, (1.0, 4.0)),
        ({"start_time": 1}, (1.0, 1.0)),
    ],
)
def test_its_place_is_understood_in_every_form(
    fields: dict[str, object], places: tuple[float, float]
) -> None:
    caption = posted(**fields)
    assert (caption.start, caption.end) == pytest.approx(places)


@pytest.mark.parametrize(
    "fields",
    [
        {"timestamp": "yesterday"},
        {"timestamp": ""},
        {"timestamp": "[00:00:09:000,00:00:08:000]"},
        {"timestamp": "[00:99:00:000,00:99:01:000]"},
        {"timestamp": -1},
        {"timestamp": float("nan")},
        {"timestamp": float("inf")},
        {"timestamp": 1e300},
        {"timestamp": "9999-12-31T00:00:00Z"},
        {"start_time": 2, "end_time": 1},
    ],
)
def test_what_lies_nowhere_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadTimestamp):
        posted(**fields)


@pytest.mark.parametrize("fields", [{"text": None}, {"speaker": None}])
def test_text_and_speaker_are_needed(fields: dict[str, object]) -> None:
    with pytest.raises(MissingFields, match="Missing required fields in segment data"):
        posted(**fields)


def test_an_empty_speaker_is_one_whom_nobody_knows_and_an_empty_text_is_none() -> None:
    assert posted(speaker="").participant_name == ""
    with pytest.raises(MissingFields, match="cannot be empty"):
        posted(text=" ")


def test_the_same_segment_again_is_the_same_caption_and_another_is_another() -> None:
    one = posted(timestamp=4)
    assert posted(timestamp=4) == one
    assert posted(timestamp=4, text="goodbye").segment_id != one.segment_id
    assert posted(timestamp=4, speaker="Bob").segment_id != one.segment_id
    assert posted(timestamp=5).segment_id != one.segment_id


def test_a_partial_needs_the_id_of_its_final() -> None:
    with pytest.raises(MissingFields, match="segment_id"):
        posted(is_final=False)
    partial = posted(is_final=False, segment_id="TR_a-0", revision=1)
    assert (partial.segment_id, partial.final, partial.revision) == ("TR_a-0", False, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "x" * 10_001},
        {"text": "a\x00"},
        {"speaker": "x" * 101},
        {"segment_id": "a b"},
        {"revision": -1},
        {"revision": FIRST_HUMAN_REVISION},
        {"confidence_score": 2},
        {"start_time": float("nan")},
        {"extra": "x" * 5000},
        {f"extra {n}": n for n in range(33)},
    ],
)
def test_what_cannot_be_a_caption_does_not_parse(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        posted(**fields)
