"""What everybody should see, from what is stored and what has happened."""

from itertools import permutations

from api_service.realtime.fold import SpeakerNames, Transcript
from shared.contracts.captions import FIRST_HUMAN_REVISION, SpeakerRenamed
from tests.api_service.realtime.scripts import event, folded, shown


def test_a_partial_grows_and_its_final_replaces_it() -> None:
    assert folded("ann 0.0-1.0 r0~ hello") == ["Ann: hello…"]
    assert folded("ann 0.0-1.0 r0~ hello", "ann 0.0-2.0 r1~ hello every") == ["Ann: hello every…"]
    assert folded("ann 0.0-1.0 r0~ hello", "ann 0.0-2.5 r2: hello everyone") == ["Ann: hello everyone"]


def test_the_order_of_versions_does_not_matter() -> None:
    versions = ["ann 0.0-1.0 r0~ he", "ann 0.0-1.5 r1: hello", "ann 0.0-1.5 r2: hello there"]
    assert {tuple(folded(*order)) for order in permutations(versions)} == {("Ann: hello there",)}


def test_a_late_partial_never_takes_a_final_back() -> None:
    assert folded("ann 0.0-1.5 r1: hello", "ann 0.0-1.0 r5~ hell") == ["Ann: hello"]


def test_segments_are_ordered_by_their_beginning_then_by_id() -> None:
    lines = ["cy 3.0-4.0 r0: third", "bob 1.0-2.0 r0: second", "ann 1.0-9.0 r0: first"]
    assert folded(*lines) == ["Ann: first", "Bob: second", "Cy: third"]


def test_a_new_agent_ends_the_partials_of_the_one_before() -> None:
    lines = ["ann 0.0-1.0 r0~ lost", "bob 0.0-1.0 r0: kept", "agent listening", "ann 5.0-6.0 r0~ new"]
    assert folded(*lines) == ["Bob: kept", "Ann: new…"]


def test_an_agent_that_leaves_late_does_not_end_the_partials_of_its_successor() -> None:
    assert folded("agent listening", "ann 5.0-6.0 r0~ new", "agent left") == ["Ann: new…"]


def test_a_completed_session_has_no_partials() -> None:
    assert folded("ann 0.0-1.0 r0~ lost", "session completed") == []
    assert folded("ann 0.0-1.0 r0~ open", "session recording") == ["Ann: open…"]


def test_a_final_after_the_end_still_counts() -> None:
    lines = ["ann 0.0-1.0 r0~ late", "session completed", "ann 0.0-1.0 r1: late"]
    assert folded(*lines) == ["Ann: late"]


def test_what_is_stored_is_replaced_by_a_higher_revision_only() -> None:
    database = ("ann 0.0-1.0 r2: stored",)
    assert folded("ann 0.0-1.0 r1: older", database=database) == ["Ann: stored"]
    assert folded("ann 0.0-1.0 r2: stored", database=database) == ["Ann: stored"]
    assert folded("ann 0.0-1.0 r3: newer", database=database) == ["Ann: newer"]


def renamed(old: str, new: str, *segment_ids: str, **names: str) -> SpeakerRenamed:
    return SpeakerRenamed(
        old_speaker=old, new_speaker=new, segment_ids=list(segment_ids) or None, names=names
    )


def followed(*happened: str | SpeakerRenamed, names: dict[str, str] | None = None) -> list[str]:
    """What somebody sees who follows from the beginning."""
    transcript, known = Transcript(), SpeakerNames(names or {})
    for each in happened:
        transcript.apply(known.shown(event(each) if isinstance(each, str) else each))
    return shown(transcript)


def test_a_renamed_speaker_has_the_name_before_and_after() -> None:
    rename = renamed("Ann", "Anna", Ann="Anna")
    assert followed("ann 0.0-1.0 r0: one", rename, "ann 1.0-2.0 r0~ two") == ["Anna: one", "Anna: two…"]


def test_only_some_segments_of_a_speaker_may_get_another_name() -> None:
    lines = ["ann 0.0-1.0 r0: one", "ann 1.0-2.0 r0: two"]
    assert followed(*lines, renamed("Ann", "Bob", "TR_ann-1000")) == ["Ann: one", "Bob: two"]


def test_names_known_from_the_start_are_shown() -> None:
    assert followed("ann 0.0-1.0 r0: one", names={"Ann": "Anna"}) == ["Anna: one"]


def test_what_a_person_wrote_stays_above_recognition_and_keeps_its_speaker() -> None:
    human = f"ann 0.0-1.0 r{FIRST_HUMAN_REVISION}: corrected"
    lines = [human, "ann 0.0-1.0 r9: recognised again"]
    assert followed(*lines, names={"Ann": "Anna"}) == ["Ann: corrected"]
