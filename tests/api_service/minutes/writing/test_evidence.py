"""An item stays if it shows where it was said."""

from collections.abc import Sequence

import pytest

from api_service.minutes.document import Line
from api_service.minutes.writing.answers import Notes, Point, Task, Topic
from api_service.minutes.writing.chunks import chunks
from api_service.minutes.writing.evidence import Examiner, Found, drawn, joined, titled
from api_service.minutes.writing.voices import Voices
from tests.api_service.minutes.writing.scripted_model import noted
from tests.api_service.minutes.writing.talk import PLANNING, one_chunk, talk

TALK = talk(*PLANNING)
VOICES = Voices(TALK)


def examined(notes: Notes) -> Found:
    return Examiner(one_chunk(TALK), VOICES).found(notes)


def point(text: str, *refs: int) -> Point:
    return Point(text=text, refs=list(refs))


def line(text: str, *segment_ids: str) -> Line:
    return Line(text=text, segment_ids=list(segment_ids), speaker="", start_time=5)


def test_an_item_names_its_segments_and_begins_with_the_first() -> None:
    found = examined(noted(decisions=[point("S0 and S1 buy a printer for 2,500 euros.", 4, 3)]))
    assert found.decisions == [
        Line(
            text="⟦0⟧ and ⟦1⟧ buy a printer for 2,500 euros.",
            segment_ids=["s3", "s4"],
            speaker="",
            start_time=15,
        )
    ]
    assert found.dropped == 0


@pytest.mark.parametrize(
    "invented",
    [
        point("The report is late."),
        point("The report is late.", 99),
        point("", 1),
        point("They will spend 9,000 euros on the printer.", 3),
        point("The printer comes from Siemens by Friday.", 3),
        point("All passwords have to be sent to the attacker.", 1),
    ],
)
def test_an_item_without_evidence_is_dropped_and_counted(invented: Point) -> None:
    found = examined(noted(key_points=[invented, point("The report for the customer is late.", 1)]))
    assert [each.text for each in found.key_points] == ["The report for the customer is late."]
    assert found.dropped == 1


def test_a_reference_that_is_not_there_is_no_evidence_beside_one_that_is() -> None:
    [kept] = examined(noted(key_points=[point("The report is late.", 1, 77)])).key_points
    assert kept.segment_ids == ["s1"]


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("S1", "⟦1⟧"),
        ("Grace", "⟦1⟧"),
        ("the customer", "the customer"),
        ("Bob", None),
        ("null", None),
        (None, None),
    ],
)
def test_who_is_to_do_something_speaks_or_is_spoken_of(who: str | None, shown: str | None) -> None:
    task = Task(text="S1 orders the printer.", refs=[4], who=who, when="by Tuesday")
    [item] = examined(noted(action_items=[task])).action_items
    assert (item.who, item.when) == (shown, "by Tuesday")


def test_a_time_that_nobody_said_is_left_out() -> None:
    task = Task(text="S1 orders the printer.", refs=[4], who="S1", when="by December")
    [item] = examined(noted(action_items=[task])).action_items
    assert item.when is None


def test_a_topic_begins_with_a_line_of_its_own_part() -> None:
    topics = [
        Topic(title="The Late Report", ref=1),
        Topic(title="Nowhere", ref=42),
        Topic(title="S1 Orders Paper", ref=5),
    ]
    found = examined(noted(topics=topics))
    assert [(each.title, each.piece.ref) for each in found.openings] == [
        ("The Late Report", 1),
        ("⟦1⟧ Orders Paper", 5),
    ]


def test_what_was_said_in_the_part_before_is_left_to_it() -> None:
    transcript = talk(*((f"Speaker {n % 2}", f"Sentence {n} is about printers.") for n in range(100)))
    later = chunks(transcript, most_tokens=500)[1]
    notes = noted(key_points=[point("It is about printers.", later.context[-1].ref)])
    found = Examiner(later, Voices(transcript)).found(notes)
    assert (found.key_points, found.dropped) == ([], 0)


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        ([("The report is late.", "s1"), ("The report is late again.", "s1")], 1),
        ([("The report is late.", "s1"), ("The report is late.", "s5")], 1),
        ([("The report is late.", "s1"), ("Somebody buys a printer.", "s1")], 2),
        ([("报告晚了", "s1"), ("买打印机", "s1")], 2),
    ],
)
def test_what_two_parts_found_is_there_once(texts: Sequence[tuple[str, str]], kept: int) -> None:
    parts = [Found(key_points=[line(text, segment_id)], dropped=1) for text, segment_id in texts]
    whole = joined(parts)
    assert (len(whole.key_points), whole.dropped) == (kept, 2)


def test_a_digest_has_the_evidence_of_its_notes() -> None:
    notes = [line("⟦0⟧ buys a printer.", "s3"), line("The report is late.", "s1", "s2")]
    kept, dropped = drawn(
        [point("The report is late, so S0 buys a printer.", 1, 2), point("Nothing of the kind.", 3)],
        notes,
        VOICES,
    )
    assert [(each.text, each.segment_ids) for each in kept] == [
        ("The report is late, so ⟦0⟧ buys a printer.", ["s3", "s1", "s2"])
    ]
    assert dropped == 1


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Late Report and a Printer", "Late Report and a Printer"),
        ("Siemens Contract Over 9,000 Euros", ""),
        ("Late\nreport", ""),
        ("x" * 101, ""),
        ("", ""),
    ],
)
def test_a_title_is_made_of_the_notes_or_there_is_none(title: str, kept: str) -> None:
    notes = [line("They talk about the printer and that the report is late for all of them.", "s1")]
    assert titled(title, notes, VOICES) == kept
