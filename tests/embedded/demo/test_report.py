"""When a meeting went as it should."""

from dataclasses import replace
from pathlib import Path

import pytest

from embedded.demo.client import TranscriptSegment
from embedded.demo.people import SeenCaption
from embedded.demo.report import Held, Report, judge
from embedded.demo.script import Line, Script, Speaker, Voice, arrange

SCRIPT = Script(
    title="Lunch",
    language="en-US",
    speakers={
        key: Speaker(name=key.title(), email=f"{key}@example.com", voice=Voice(engine="pico"))
        for key in ("ada", "bob")
    },
    lines=[
        Line(speaker="ada", text="Are you hungry already?"),
        Line(speaker="bob", text="I could eat a horse."),
    ],
)
BEGAN_AT, BEGIN = 100.0, 101.0


def held(*heard: str) -> Held:
    """A meeting in which each line took two seconds and was heard like this, half a second after its end."""
    turns = arrange(SCRIPT, dict.fromkeys(SCRIPT.lines, 2.0), begin=BEGIN)
    seen, transcript = [], []
    for turn, text in zip(turns, heard, strict=False):
        key = turn.line.speaker
        seen.append(SeenCaption(f"TR_{key}-0", f"user_{key}", text, final=True, seen_at=turn.end + 0.5))
        transcript.append(
            TranscriptSegment(
                segment_id=f"TR_{key}-0",
                speaker=SCRIPT.speakers[key].name,
                participant_identity=f"user_{key}",
                start_time=turn.start - BEGAN_AT,
                end_time=turn.end - BEGAN_AT,
                text=text,
                is_final=True,
            )
        )
    speakers = {"user_ada": "ada", "user_bob": "bob"}
    return Held(SCRIPT, turns, speakers, seen, 7, transcript, BEGAN_AT)


def report(meeting: Held) -> Report:
    return judge(meeting, steps={"meeting": 5.0}, pss_megabytes={})


def test_a_good_meeting_passes_with_its_figures(tmp_path: Path) -> None:
    good = report(held("Are you hungry already?", "I could eat a horse."))
    assert (good.passed, good.problems) == (True, [])
    assert (good.word_error_rate, good.captions, good.partials) == (0, 2, 7)
    assert good.delay_p50_seconds == pytest.approx(0.5)
    assert good.delay_p95_seconds == pytest.approx(0.5)
    good.write(tmp_path / "demo" / "report.json")
    assert Report.model_validate_json((tmp_path / "demo" / "report.json").read_bytes()) == good


def test_a_line_that_nobody_captioned_is_named() -> None:
    silent = report(held("Are you hungry already?"))
    assert not silent.passed
    assert "no caption for Bob: I could eat a horse." in silent.problems


def test_words_under_the_wrong_name_are_found() -> None:
    swapped = report(held("I could eat a horse.", "Are you hungry already?"))
    assert "what stands under the name of Ada is not what they said" in swapped.problems


def test_a_transcript_with_the_wrong_name_differs() -> None:
    meeting = held("Are you hungry already?", "I could eat a horse.")
    renamed = [meeting.transcript[0].model_copy(update={"speaker": "Bob"}), meeting.transcript[1]]
    assert any(
        "not in the transcript" in each for each in report(replace(meeting, transcript=renamed)).problems
    )


def test_a_segment_that_is_stored_twice_is_a_problem() -> None:
    meeting = held("Are you hungry already?", "I could eat a horse.")
    doubled = [*meeting.transcript, meeting.transcript[0]]
    assert report(replace(meeting, transcript=doubled)).problems == ["the transcript has a segment twice"]


def test_captions_that_come_much_too_late_fail_the_meeting() -> None:
    meeting = held("Are you hungry already?", "I could eat a horse.")
    late = [replace(caption, seen_at=caption.seen_at + 4) for caption in meeting.seen]
    assert [each for each in report(replace(meeting, seen=late)).problems if "4.5 s" in each]
