"""Objects are found in answers, whatever stands around them."""

import pytest

from api_service.llm.port import Message
from api_service.llm.provider import Answer
from api_service.llm.structured import NotOfForm, parsed, repair, spoken
from tests.api_service.llm.scripted_models import Wanted


def whole(text: str) -> Answer:
    return Answer(text, is_whole=True)


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "Friday"}',
        '```json\n{"text": "Friday"}\n```',
        'Here it is: {"text": "Friday"} Anything else?',
        '<think>{"text": "Monday"}? No.</think>{"text": "Friday"}',
        '{"text": "Monday"}? No.</think>\n{"text": "Friday"}',
    ],
)
def test_an_object_is_found(text: str) -> None:
    assert parsed(whole(text), Wanted).text == "Friday"


def test_thoughts_are_no_part_of_an_answer() -> None:
    assert spoken("<thinking>a\nb</thinking> yes") == "yes"
    assert spoken("yes <think>and so on, without an end") == "yes"
    assert spoken("<think>a</think>yes, <THINK>b</THINK>and no") == "yes, and no"
    assert spoken("a thought</think>yes") == "yes"


def test_a_model_that_only_begins_to_think_is_read_at_once() -> None:
    assert spoken("<think>" * 200_000) == ""


def test_what_a_database_cannot_store_is_left_out() -> None:
    assert parsed(whole('{"text": "Fri\\u0000day"}'), Wanted).text == "Friday"


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (whole(""), "no JSON object"),
        (whole("I cannot help with that."), "no JSON object"),
        (whole('{"text": '), "no JSON object"),
        (whole('{"text": }'), "Invalid JSON"),
        (whole('{"words": "Friday"}'), "text: Field required"),
        (Answer('{"text": "Friday"}', is_whole=False), "cut off"),
    ],
)
def test_what_is_wrong_is_said(answer: Answer, complaint: str) -> None:
    with pytest.raises(NotOfForm) as caught:
        parsed(answer, Wanted)
    assert complaint in caught.value.request


def test_a_fault_shows_no_words_of_the_answer() -> None:
    with pytest.raises(NotOfForm) as caught:
        parsed(whole('{"text": ["a secret"]}'), Wanted)
    assert "a secret" not in f"{caught.value.request}{caught.value!r}{caught.value.__context__!r}"


def test_a_repair_shows_the_answer_unless_it_was_cut() -> None:
    asked = [Message("user", "What?")]
    assert [each.role for each in repair(asked, whole("{}"), NotOfForm("Again."))] == [
        "user",
        "assistant",
        "user",
    ]
    cut = Answer("{", is_whole=False)
    assert repair(asked, cut, NotOfForm("Again.")) == [*asked, Message("user", "Again.")]
