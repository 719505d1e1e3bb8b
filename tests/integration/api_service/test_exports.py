"""Transcripts as files that other programs open."""

import io

import pytest
import webvtt
from docx import Document

from tests.integration.api_service.brought import bring
from tests.integration.api_service.conftest import Person

pytestmark = pytest.mark.integration


@pytest.fixture
async def session(ada: Person) -> str:
    """A session of Ada's with three segments."""
    created = (await ada.new_session("周会 Weekly"))["id"]
    assert (await bring(ada, created)).status_code == 200
    return created


async def test_a_transcript_is_exported_in_every_form(ada: Person, session: str) -> None:
    path = f"/api/v1/sessions/{session}/export"
    answers = {form: await ada.get(path, format=form) for form in ("txt", "md", "srt", "vtt", "json", "docx")}
    assert {answer.status_code for answer in answers.values()} == {200}
    types = {form: answer.headers["content-type"].partition(";")[0] for form, answer in answers.items()}
    assert (types["vtt"], types["srt"], types["md"]) == ("text/vtt", "application/x-subrip", "text/markdown")
    assert answers["txt"].headers["content-disposition"] == (
        "attachment; filename=\"Weekly.txt\"; filename*=UTF-8''%E5%91%A8%E4%BC%9A%20Weekly.txt"
    )
    assert "[0:02] Bob: 早上好 everybody" in answers["txt"].text
    assert [cue.voice for cue in webvtt.from_string(answers["vtt"].text).captions] == ["Ada", "Bob", "Ada"]
    assert answers["json"].json() == (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()
    opened = Document(io.BytesIO(answers["docx"].content))
    assert opened.paragraphs[1].text == "0:00  Ada: Good morning"
    bare = await ada.get(path, format="txt", speakers="false", timestamps="false")
    assert "\n\nGood morning\n\n" in bare.text
    assert (await ada.get(path, format="pdf")).status_code == 422


async def test_a_session_without_words_is_exported_as_empty_files(ada: Person) -> None:
    session = (await ada.new_session("Empty"))["id"]
    path = f"/api/v1/sessions/{session}/export"
    files = [await ada.get(path, format=form) for form in ("txt", "md", "srt", "vtt", "json", "docx")]
    assert {answer.status_code for answer in files} == {200}
    assert [answer.text for answer in files[:4]] == ["Empty\n", "# Empty\n", "", "WEBVTT\n\n"]
