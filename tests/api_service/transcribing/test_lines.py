"""What was heard as the segments of a transcript."""

from api_service.transcribing.hearing import Channel
from api_service.transcribing.lines import UNKNOWN, of_channels, of_turns, speakers_in
from shared.contracts.stt import Segment, Word
from shared.speakers import Turn


def heard(*segments: tuple[float, float, str]) -> Channel:
    return Channel([Segment(text=text, start=start, end=end) for start, end, text in segments])


def test_speakers_are_numbered_as_they_come_in() -> None:
    turns = [Turn(0, 2, "SPEAKER_07"), Turn(2, 4, "SPEAKER_00")]
    lines = of_turns(heard((0, 2, "hello"), (2, 4, "hi"), (4, 4.2, "there")), turns)
    assert [(line.speaker, line.text) for line in lines] == [
        ("Speaker 1", "hello"),
        ("Speaker 2", "hi"),
        ("Speaker 2", "there"),
    ]
    assert speakers_in(lines) == 2


def test_a_segment_is_split_where_the_speaker_changes_between_words() -> None:
    channel = heard((0, 4, "hello there"))
    channel.words = [Word(text="hello", start=0, end=1.5), Word(text="there", start=2.5, end=4)]
    lines = of_turns(channel, [Turn(0, 2, "a"), Turn(2, 4, "b")])
    assert [(line.speaker, line.text) for line in lines] == [("Speaker 1", "hello"), ("Speaker 2", "there")]


def test_nobody_is_named_without_turns() -> None:
    lines = of_turns(heard((0, 2, "hello")), None)
    assert [line.speaker for line in lines] == [UNKNOWN]
    assert speakers_in(lines) == 0


def test_each_channel_is_a_speaker_and_their_words_are_in_order() -> None:
    lines = of_channels([heard((0, 1, "a"), (4, 5, "c")), heard((2, 3, "b"))])
    assert [(line.speaker, line.text) for line in lines] == [
        ("Channel 1", "a"),
        ("Channel 2", "b"),
        ("Channel 1", "c"),
    ]


def test_ids_tell_the_place_and_no_two_are_the_same() -> None:
    lines = of_channels([heard((1.5, 2, "a")), heard((1.5, 3, "b"))])
    assert [line.segment_id for line in lines] == ["file-1500", "file-1500-2"]


def test_segments_without_words_are_left_out() -> None:
    assert of_turns(heard((0, 1, "")), None) == []
