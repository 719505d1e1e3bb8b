"""What is not of the form is no answer, and nothing has to be said in so many words."""

import pytest

from api_service.llm.provider import Answer
from api_service.llm.structured import NotOfForm, parsed
from api_service.minutes.writing.answers import Digest, FullNotes, Notes

NOTHING = '{"topics": [], "key_points": [], "decisions": null, "action_items": [], "open_questions": []}'


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"error": "I cannot help with that request."}',
        '{"summary": "x", "keyPoints": ["a"], "actions": []}',
        '{"minutes": {"key_points": [{"text": "a", "refs": [1]}]}}',
        '{"key_points": [{"text": "a", "refs": [1]}]}',
    ],
)
def test_an_object_without_the_lists_is_no_answer(text: str) -> None:
    for schema in (Notes, Digest):
        with pytest.raises(NotOfForm) as caught:
            parsed(Answer(text, is_whole=True), schema)
        assert "Field required" in caught.value.request


def test_nothing_is_said_by_empty_lists() -> None:
    assert parsed(Answer(NOTHING, is_whole=True), Notes).decisions == []


def test_nothing_is_no_answer_where_much_was_said() -> None:
    with pytest.raises(NotOfForm) as caught:
        parsed(Answer(NOTHING, is_whole=True), FullNotes)
    assert "say at least what it is about" in caught.value.request


def test_a_topic_alone_notes_nothing() -> None:
    text = NOTHING.replace('"topics": []', '"topics": [{"title": "Budget", "ref": 1}]')
    with pytest.raises(NotOfForm):
        parsed(Answer(text, is_whole=True), FullNotes)
