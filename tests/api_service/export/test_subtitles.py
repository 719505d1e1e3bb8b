"""Subtitles that other programs read, in cues that people can."""

import io

import webvtt

from api_service.export.meeting import Choices, Line, Meeting
from api_service.export.subtitles import cues, srt, vtt


def meeting(*lines: Line) -> Meeting:
    return Meeting("Weekly", "en", None, lines)


SHORT = meeting(Line("Ada", "Good morning.", 0.0, 1.5), Line("Bob <CEO>", "Tea & --> cake?", 61.25, 3725.5))
LONG = meeting(Line("Ada", "nine words that will not fit on one line " * 4, 10.0, 26.0))


def test_srt_as_it_is_written() -> None:
    assert srt(SHORT, Choices()) == (
        "1\n00:00:00,000 --> 00:00:01,500\nAda: Good morning.\n\n"
        "2\n00:01:01,250 --> 01:02:05,500\nBob <CEO>: Tea & -> cake?\n\n"
    )


def test_vtt_as_it_is_written() -> None:
    assert vtt(SHORT, Choices()) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.500\n<v Ada>Good morning.</v>\n\n"
        "00:01:01.250 --> 01:02:05.500\n<v Bob &lt;CEO&gt;>Tea &amp; --&gt; cake?</v>\n\n"
    )


def test_another_reader_finds_the_cues_and_their_voices() -> None:
    read = webvtt.from_string(vtt(SHORT, Choices()))
    assert [(cue.start, cue.end, cue.voice) for cue in read.captions] == [
        ("00:00:00.000", "00:00:01.500", "Ada"),
        ("00:01:01.250", "01:02:05.500", "Bob &lt;CEO&gt;"),
    ]
    read = webvtt.from_buffer(io.StringIO(srt(LONG, Choices())), format="srt")
    assert (
        " ".join(cue.text.replace("\n", " ") for cue in read.captions) == "Ada: " + LONG.lines[0].text.strip()
    )


def test_speakers_can_be_left_out() -> None:
    nameless = Choices(speakers=False)
    assert "Ada" not in srt(SHORT, nameless) + vtt(SHORT, nameless)
    assert "<v" not in vtt(SHORT, nameless)


def test_no_cue_is_longer_than_two_lines_and_their_times_follow_each_other() -> None:
    cut = list(cues(LONG.lines, named=False))
    assert len(cut) == 2
    assert all(len(cue.lines) <= 2 and max(map(len, cue.lines)) <= 42 for cue in cut)
    assert (cut[0].start, cut[0].end, cut[-1].end) == (10.0, cut[1].start, 26.0)


def test_wide_letters_take_two_columns_and_keep_their_punctuation() -> None:
    said = "今天我们讨论预算，明天再说其他的事情。" * 4
    cut = list(cues([Line("", said, 0.0, 8.0)], named=True))
    rows = [row for cue in cut for row in cue.lines]
    assert "".join(rows) == said
    assert all(len(row) <= 21 for row in rows)
    assert not any(row.startswith(("，", "。")) for row in rows)


def test_a_word_longer_than_a_line_is_cut() -> None:
    rows = [row for cue in cues([Line("", "x" * 100, 0, 1)], named=True) for row in cue.lines]
    assert [len(row) for row in rows] == [42, 42, 16]


def test_what_has_no_length_is_shown_for_a_moment() -> None:
    assert [(cue.start, cue.end) for cue in cues([Line("", "a", 3.0, 3.0)], named=True)] == [(3.0, 4.0)]


def test_without_words_the_files_are_empty_and_valid() -> None:
    assert srt(meeting(), Choices()) == ""
    assert vtt(meeting(), Choices()) == "WEBVTT\n\n"
    assert webvtt.from_string(vtt(meeting(), Choices())).captions == []
