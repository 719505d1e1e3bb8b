"""Minutes are shown with the names of now, and say what has become of their evidence."""

from datetime import UTC, datetime, timedelta

from api_service.minutes.document import ActionItem, Chapter, Line, Minutes, Voice
from api_service.minutes.naming import Heard, evidence_of, named, present, with_voices
from api_service.minutes.transcript import Said

MADE = datetime(2026, 3, 1, tzinfo=UTC)
ADA, BOB = Heard("1", "Ada", "SPEAKER_00", "We ship."), Heard("2", "Bob", "SPEAKER_01", "I'll write it.")
VOICES = [Voice(spoken_as="SPEAKER_00", name="Ada"), Voice(spoken_as="SPEAKER_01", name="Bob")]


def line(text: str, *segments: str, speaker: str = "") -> Line:
    return Line(text=text, segment_ids=list(segments), speaker=speaker, start_time=0)


def task(text: str, segment: str, *, speaker: str, who: str | None) -> ActionItem:
    return ActionItem(text=text, segment_ids=[segment], speaker=speaker, start_time=0, who=who)


def minutes(*, written: bool, points: list[Line], tasks: list[ActionItem] | None = None) -> Minutes:
    return Minutes(
        origin="written" if written else "extracted",
        title="What ⟦0⟧ ships",
        highlights=[],
        key_points=points,
        decisions=[],
        action_items=tasks or [],
        open_questions=[],
        chapters=[Chapter(title="⟦1⟧ writes", start_time=0, end_time=1, segment_ids=["2"])],
        participants=["Ada", "Bob"],
        voices=VOICES,
    )


def test_references_become_the_names_of_now() -> None:
    written = minutes(written=True, points=[line("⟦0⟧ and ⟦1⟧ agreed with ⟦0⟧", "1")])
    shown = named(written, present([ADA, Heard("2", "Robert", "SPEAKER_01", "I'll write it.")]), made_at=MADE)
    assert shown.key_points[0].text == "Ada and Robert agreed with Ada"
    assert (shown.title, shown.chapters[0].title) == ("What Ada ships", "Robert writes")
    assert shown.participants == ["Ada", "Robert"]
    assert [voice.name for voice in shown.voices] == ["Ada", "Robert"]


def test_evidence_says_more_than_what_most_segments_say() -> None:
    reassigned = [
        Heard("1", "Cy", "SPEAKER_00", "Mine."),
        *(Heard(n, "Ada", "SPEAKER_00", "x") for n in "345"),
    ]
    written = minutes(written=True, points=[line("⟦0⟧ did it", "1"), line("⟦0⟧ did that", "3")])
    shown = named(written, present(reassigned), made_at=MADE)
    assert [each.text for each in shown.key_points] == ["Cy did it", "Ada did that"]


def test_a_reference_to_nobody_stays_as_it_is() -> None:
    shown = named(minutes(written=True, points=[line("⟦7⟧ said so", "1")]), present([ADA]), made_at=MADE)
    assert shown.key_points[0].text == "⟦7⟧ said so"


def test_quotations_are_not_looked_into() -> None:
    shown = named(
        minutes(written=False, points=[line("⟦0⟧ ships", "1", speaker="Ada")]), present([ADA]), made_at=MADE
    )
    assert shown.key_points[0].text == "⟦0⟧ ships"


def test_a_quotation_is_of_who_is_named_at_its_segment_now() -> None:
    tasks = [
        task("I'll write it.", "2", speaker="Bob", who="Bob"),
        task("You write it.", "1", speaker="Ada", who="Bob"),
        task("Cy writes it.", "1", speaker="Ada", who="Cy"),
    ]
    now = [ADA, Heard("2", "Robert", "SPEAKER_01", "I'll write it.")]
    shown = named(minutes(written=False, points=[], tasks=tasks), present(now), made_at=MADE)
    assert [(each.speaker, each.who) for each in shown.action_items] == [
        ("Robert", "Robert"),
        ("Ada", "Robert"),
        ("Ada", "Cy"),
    ]


def test_a_line_says_that_its_evidence_is_gone_or_changed() -> None:
    points = [line("We ship.", "1"), line("We ship.", "9"), line("We", "2"), line("We ship.", "1", "9")]
    empty = Heard("9", "Ada", "SPEAKER_00", "")
    shown = named(minutes(written=False, points=points), present([ADA, BOB, empty]), made_at=MADE)
    assert [each.evidence for each in shown.key_points] == ["there", "gone", "changed", "changed"]


def test_what_is_written_rests_on_evidence_as_it_was_then() -> None:
    later = Heard("2", "Bob", "SPEAKER_01", "No.", edited_at=MADE + timedelta(minutes=1))
    before = Heard("1", "Ada", "SPEAKER_00", "Yes.", edited_at=MADE - timedelta(minutes=1))
    shown = named(
        minutes(written=True, points=[line("a", "1"), line("b", "2")]), present([before, later]), made_at=MADE
    )
    assert [each.evidence for each in shown.key_points] == ["there", "changed"]


def test_without_a_transcript_the_names_of_then_stay() -> None:
    written = minutes(written=True, points=[line("⟦1⟧ writes", "2", speaker="Bob")])
    shown = named(written, present([]), made_at=MADE)
    assert (shown.key_points[0].text, shown.key_points[0].speaker) == ("Bob writes", "Bob")
    assert shown.key_points[0].evidence == "gone"


def test_what_minutes_rest_on_is_all_that_they_name() -> None:
    tasks = [task("I'll write it.", "4", speaker="Bob", who="Bob")]
    assert evidence_of(minutes(written=True, points=[line("a", "1", "3")], tasks=tasks)) == {
        "1",
        "2",
        "3",
        "4",
    }


def test_minutes_learn_who_spoke_where_nobody_told_them() -> None:
    said = [Said("1", "Ada", "a", 0, 1, "SPEAKER_00"), Said("2", "unknown", "b", 1, 2, "unknown")]
    bare = minutes(written=False, points=[]).model_copy(update={"voices": []})
    assert with_voices(bare, said).voices == [VOICES[0]]
    assert with_voices(minutes(written=True, points=[]), said).voices == VOICES
