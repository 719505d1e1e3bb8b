"""What a second pass makes of a live transcript."""

from api_service.second_pass.matching import Known, Stretch
from api_service.second_pass.revising import HeardVoice, Person, RevisedSegment, revised
from api_service.transcribing.hearing import Channel
from shared.contracts.stt import Segment
from shared.speakers import Attributed, Turn

ROOM = Person("room-1", "account", "Room A", "Board room", shared_microphone=True)
ANN = Person("ann-1", "ann", "Ann", "Ann", shared_microphone=False)
RECORDED = [Stretch(0.0, 100.0)]


def part(text: str, start: float, end: float, speaker: str | None = None) -> Attributed:
    return Attributed(Segment(text=text, start=start, end=end, confidence=0.5), speaker)


def voice(person: Person, *parts: Attributed) -> HeardVoice:
    turns = [Turn(each.segment.start, each.segment.end, each.speaker) for each in parts if each.speaker]
    return HeardVoice(person, "TR_1", Channel([each.segment for each in parts]), RECORDED, turns)


def known(who: str, segment_id: str, start: float, end: float, text: str = "yes") -> tuple[str, Known]:
    return who, Known(segment_id, Stretch(start, end), edited=False, text=text)


def test_one_voices_words_are_not_taken_for_those_of_another() -> None:
    before = [known("ann-1", "a", 1.0, 3.0), known("bob-1", "b", 1.0, 3.0)]
    revision = revised(before, [voice(ANN, part("yes", 1.0, 3.0))])
    assert [(each.segment_id, each.speaker) for each in revision.segments] == [("a", "Ann")]
    assert revision.withdrawn == []


def test_what_is_new_has_an_id_of_its_own_and_words_that_were_seen_stay() -> None:
    revision = revised([known("ann-1", "a", 1.0, 3.0)], [voice(ANN, part("yes", 15.0, 16.0))])
    assert revision.withdrawn == []
    assert revision.segments == [
        RevisedSegment("TR_1-again-15000", "ann-1", "Ann", "Ann", "yes", 15.0, 16.0, 0.5)
    ]


def test_words_that_are_in_another_segment_now_are_not_there_twice() -> None:
    before = [known("ann-1", "a", 1.0, 1.4, "Okay."), known("ann-1", "b", 2.0, 6.0, "let us go")]
    revision = revised(before, [voice(ANN, part("Okay, let's go", 1.0, 6.0))])
    assert [(each.segment_id, each.text) for each in revision.segments] == [("b", "Okay, let's go")]
    assert revision.withdrawn == ["a"]


def test_words_that_were_passed_over_stay_beside_those_that_were_heard() -> None:
    before = [known("ann-1", "a", 1.0, 1.4, "好的"), known("ann-1", "b", 2.0, 6.0, "我们走吧")]
    revision = revised(before, [voice(ANN, part("我们走", 1.0, 6.0))])
    assert revision.withdrawn == []


def test_new_ids_differ_from_those_that_are_there() -> None:
    before = [known("bob-1", "TR_1-again-5000", 5.0, 6.0)]
    parts = part("yes", 5.0, 6.0), part("no", 5.0, 6.0)
    ids = [each.segment_id for each in revised(before, [voice(ANN, *parts)]).segments]
    assert ids == ["TR_1-again-5000-2", "TR_1-again-5000-3"]


def test_what_is_heard_in_one_go_is_cut_where_captions_end_and_all_keep_their_ids() -> None:
    before = [known("ann-1", "a", 1.0, 3.0), known("ann-1", "b", 4.0, 6.0), known("ann-1", "c", 7.0, 9.0)]
    whole = part("One is here now. Two is there now. Who is where now?", 1.0, 9.0)
    revision = revised(before, [voice(ANN, whole)])
    assert [(each.segment_id, each.text) for each in revision.segments] == [
        ("a", "One is here now."),
        ("b", "Two is there now."),
        ("c", "Who is where now?"),
    ]
    assert revision.withdrawn == []


def test_who_shares_a_microphone_is_numbered_in_the_order_of_speaking() -> None:
    parts = part("one", 1.0, 2.0, "SPEAKER_01"), part("two", 3.0, 4.0, "SPEAKER_00"), part("hm", 5.0, 6.0)
    revision = revised([], [voice(ROOM, *parts)])
    assert [(each.spoken_as, each.speaker) for each in revision.segments] == [
        ("Room A - Speaker 1", "Board room - Speaker 1"),
        ("Room A - Speaker 2", "Board room - Speaker 2"),
        ("Room A", "Board room"),
    ]


def test_numbers_go_on_when_the_account_joins_again() -> None:
    again = Person("room-2", "account", "Room A", "Room A", shared_microphone=True)
    late = voice(again, part("later", 50.0, 51.0, "SPEAKER_00"), part("last", 60.0, 61.0, "SPEAKER_01"))
    first = voice(ROOM, part("one", 1.0, 2.0, "SPEAKER_01"))
    revision = revised([], [late, first])
    assert [each.spoken_as[-1] for each in revision.segments] == ["2", "1", "1"]


def test_who_speaks_alone_at_a_shared_microphone_has_no_number() -> None:
    revision = revised([], [voice(ROOM, part("one", 1.0, 2.0, "SPEAKER_00"))])
    assert [each.spoken_as for each in revision.segments] == ["Room A"]
