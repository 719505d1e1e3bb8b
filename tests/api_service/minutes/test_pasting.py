"""Pasted transcripts say who said what, in whatever form they come, and of nobody else."""

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_service.minutes.transcript import of_text

Talk = Sequence[tuple[str, str]]

TALK = [
    ("Ada Lovelace", "We meet at 10:30 on Friday."),
    ("Bob", "The price: 20 euros, ratio 3:1."),
    ("Ada Lovelace", "I'll send it."),
]


def clock(number: int) -> str:
    return f"{number // 60:02}:{number % 60:02}"


def cues(talk: Talk, said: Callable[[str, str], str], *, comma: bool = False) -> str:
    text = "\n\n".join(
        f"{number}\n00:{clock(number)}.000 --> 00:{clock(number + 1)}.500\n{said(name, words)}"
        for number, (name, words) in enumerate(talk, start=1)
    )
    return text.replace(".000 ", ",000 ").replace(".500\n", ",500\n") if comma else f"WEBVTT\n\n{text}"


def each(form: str) -> Callable[[Talk], str]:
    return lambda talk: "\n".join(
        form.format(name=name, words=words, time=clock(number)) for number, (name, words) in enumerate(talk)
    )


FORMS: dict[str, Callable[[Talk], str]] = {
    "a name": each("{name}: {words}"),
    "a name with a wide colon": each("{name}：{words}"),
    "a time in brackets, then a name": each("[00:{time}] {name}: {words}"),
    "a stretch in brackets, then a name": each("[00:{time}:100,00:{time}:900] {name}: {words}"),
    "a time, then a name": each("{time} {name}: {words}"),
    "a name, then a time in brackets": each("{name} ({time}): {words}"),
    "a date as messengers write it": each("01/05/2024, {time} - {name}: {words}"),
    "marked": each("**{name}:** {words}"),
    "a name and a time above": each("{name}  {time}\n{words}\n"),
    "a name and a time above, without empty lines": each("{name} {time}\n{words}"),
    "a name and a time of day above": each("{name}   {time} AM\n{words}\n"),
    "a name in brackets and a time above": each("[{name}] 00:{time}\n{words}\n"),
    "a name above": each("{name}:\n{words}\n"),
    "subtitles with voices": lambda talk: cues(talk, lambda name, words: f"<v {name}>{words}</v>"),
    "subtitles with names": lambda talk: cues(talk, lambda name, words: f"{name}: {words}"),
    "other subtitles": lambda talk: cues(talk, lambda name, words: f"{name}: {words}", comma=True),
}


def heard(text: str) -> list[tuple[str, str]]:
    return [(said.speaker, said.text) for said in of_text(text)]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_who_said_what_is_read_from_what_other_programs_write(form: Callable[[Talk], str]) -> None:
    assert heard(form(TALK)) == TALK
    told = [("张三", "我们十点：开会。"), ("发言人2", "我来写报告，3：1。"), ("张三", "好的。")]
    assert heard(form(told)) == told


@pytest.mark.parametrize(
    "text",
    [
        "Let's meet at 10:30 tomorrow to review the new budget plan.",
        "The decision is: we ship on Friday.",
        "Decision: we ship on Friday.",
        "Next Steps: Ada sends the plan.",
        "I said: no.",
        "See https://example.com/a: fine",
        "10:30 works for me.",
        "Lunch 12:30",
        "我们十点：开会",
        "决定：周五发布。",
        "他说：好。",
        "The ratio is 3:1.",
        "Note: the Budget: 5",
    ],
)
def test_in_doubt_a_line_is_text_without_a_speaker(text: str) -> None:
    assert heard(text) == [("", text)]


def test_a_heading_among_prose_is_nobody() -> None:
    prose = "We met at noon\nand talked\nuntil Paul came\nand left\nBudget: 5000 euros"
    assert {speaker for speaker, _ in heard(prose)} == {""}


def test_a_word_that_the_text_uses_is_a_name_only_if_it_comes_back() -> None:
    assert heard("Mark: this will mark the end.\nAda: yes.")[0][0] == ""
    assert heard("Mark: we will mark it.\nAda: yes.\nMark: good.")[0][0] == "Mark"


def test_speakers_within_a_line_are_told_apart() -> None:
    assert heard("Ada: Hello. Bob: Hi, it is 10:30. We asked Dr. Eve: she agreed.") == [
        ("Ada", "Hello."),
        ("Bob", "Hi, it is 10:30. We asked Dr. Eve: she agreed."),
    ]
    assert heard("张三：你好。李四：好的。") == [("张三", "你好。"), ("李四", "好的。")]


def test_times_before_lines_are_not_said_where_most_lines_have_one() -> None:
    assert heard("0:03\nhello\n0:07\nwe start at\n10:30") == [("", "hello"), ("", "we start at")]
    assert heard("0:03 hello\n0:07 we start\n0:12 now") == [("", "hello"), ("", "we start"), ("", "now")]
    assert heard("10:30 works for me.\n09:00 does not.")[1] == ("", "09:00 does not.")


def test_what_stands_below_a_name_is_theirs_up_to_an_empty_line() -> None:
    text = "Ada Lovelace 0:03\nHello.\nQuestion: who is there?\n\nTranscribed by a program"
    assert heard(text) == [
        ("Ada Lovelace", "Hello."),
        ("Ada Lovelace", "Question: who is there?"),
        ("", "Transcribed by a program"),
    ]
    assert heard("Notes of Today 10:00\nAda: hi\nBob: ho")[0] == ("", "Notes of Today 10:00")


def test_cues_keep_their_times_and_torn_sentences_are_put_together() -> None:
    text = (
        "WEBVTT - talk\nLanguage: en\n\nNOTE nobody\nsays this\n\n"
        "a-1\n00:01.000 --> 00:02.000 align:start\n<v Ada>We decided\nto <b>ship</b></v>\n\n"
        "00:02.000 --> 01:00:03.500\n<v Ada>on Friday &amp; Monday.</v>\n\n"
        "00:02.000 --> 01:00:03.500\n<v Bob>42</v><v Ada>No."
    )
    said = [(each.speaker, each.text, each.start, each.end) for each in of_text(text)]
    assert said == [
        ("Ada", "We decided to ship on Friday & Monday.", 1.0, 3603.5),
        ("Bob", "42", 2.0, 3603.5),
        ("Ada", "No.", 2.0, 3603.5),
    ]


_names = st.lists(
    st.sampled_from(
        ["Ada", "Bob Smith", "Zoë van Dyk", "J. Doe", "Speaker 1", "张三", "发言人12", "Åsa-Lena"]
    ),
    min_size=2,
    max_size=6,
)
_words = st.text("abcdéö019 ,;:!?-()[]：。他们决定十点", min_size=1, max_size=40).map(str.strip).filter(bool)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FORMS)), _names, st.data())
def test_nothing_that_was_said_is_lost_and_nobody_is_made_up(
    form: str, names: list[str], data: st.DataObject
) -> None:
    talk = [(name, f"so {data.draw(_words)} then") for name in names]
    found = heard(FORMS[form](talk))
    assert " ".join(f"{words}" for _, words in found) == " ".join(words for _, words in talk)
    assert {speaker for speaker, _ in found} <= {*names, ""}


@settings(max_examples=300, deadline=None)
@given(st.text("AbZé .:：\n[]()<>01-,*张三说。!/|v\t", max_size=120))
def test_whatever_is_read_stands_in_the_text(text: str) -> None:
    for said in of_text(text):
        assert said.text in text or all(part in text for part in said.text.split())
        assert said.speaker in text
    kept = re.findall(r"[bé张三说]", "".join(said.speaker + said.text for said in of_text(text)))
    assert kept == re.findall(r"[bé张三说]", text)
