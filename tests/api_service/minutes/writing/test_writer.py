"""Minutes are written of parts, whole or not at all."""

import re
from collections.abc import AsyncIterator

import pytest

from api_service.llm.bill import Bill, Cost, OverBudget
from api_service.llm.port import AnswerUnusable, ModelUnavailable
from api_service.minutes.making import Ready, Wishes
from api_service.minutes.writing.answers import Digest, Notes, Point, Task, Topic
from api_service.minutes.writing.chunks import tokens_in
from api_service.minutes.writing.writer import WishesTooLong, Writer
from shared.inference import InferenceWorker
from tests.api_service.minutes.writing.scripted_model import Script, ScriptedModel, noted, write
from tests.api_service.minutes.writing.talk import PLANNING, talk

TALK = talk(*PLANNING)
LONG = talk(
    *((f"Speaker {turn // 3 % 2}", f"Sentence {turn} is about matter {turn // 40}.") for turn in range(300))
)
NOTES = noted(
    topics=[Topic(title="The late report", ref=2), Topic(title="Paper", ref=5)],
    key_points=[Point(text="The report for the customer is late.", refs=[1])],
    decisions=[Point(text="They buy a printer for 2,500 euros.", refs=[3])],
    action_items=[Task(text="S1 orders the printer.", refs=[4], who="S1", when="by Tuesday")],
    open_questions=[Point(text="Who pays for the paper?", refs=[5])],
)
DIGEST = Digest(
    title="Late report and a printer",
    summary=[Point(text="The report is late, so S1 orders a printer.", refs=[1, 3])],
    key_points=[Point(text="The report for the customer is late.", refs=[1])],
)


@pytest.fixture
async def pages() -> AsyncIterator[InferenceWorker]:
    worker = InferenceWorker(name="minutes", max_waiting=4)
    yield worker
    worker.close()


def notes_of_lines(material: str) -> Notes:
    """A point for every fifth line."""
    own = material.split("<transcript>")[1]
    lines = re.findall(r"\[(\d+)\] S\d: (.*)", own)
    return noted(key_points=[Point(text=text, refs=[int(ref)]) for ref, text in lines[::5]])


def digest(material: str, *, most: int) -> Digest:
    """The first notes."""
    notes = re.findall(r"\[(\d+)\] (.*)", material.split("<notes>")[1])
    points = [Point(text=text, refs=[int(ref)]) for ref, text in notes[:most]]
    return Digest(title="Matters", summary=points, key_points=points)


def digest_of_notes(material: str) -> Digest:
    return digest(material, most=3)


async def test_minutes_have_all_their_sections(pages: InferenceWorker) -> None:
    made = await write(ScriptedModel(lambda _: NOTES, lambda _: DIGEST), TALK, pages)
    minutes = made.minutes
    assert (minutes.origin, minutes.title) == ("written", "Late report and a printer")
    assert [(each.text, each.segment_ids) for each in minutes.highlights] == [
        ("The report is late, so ⟦1⟧ orders a printer.", ["s1", "s4"])
    ]
    assert [each.segment_ids for each in minutes.decisions] == [["s3"]]
    assert [(each.text, each.who, each.when) for each in minutes.action_items] == [
        ("⟦1⟧ orders the printer.", "⟦1⟧", "by Tuesday")
    ]
    assert [each.text for each in minutes.open_questions] == ["Who pays for the paper?"]
    assert [(each.title, each.start_time, each.end_time) for each in minutes.chapters] == [
        ("The late report", 5.0, 25.0),
        ("Paper", 25.0, 29.0),
    ]
    assert minutes.participants == ["Ada Lovelace", "Grace"]
    assert [voice.spoken_as for voice in minutes.voices] == ["voice-A", "voice-G"]
    assert (made.model, made.provider, made.dropped) == ("scripted/model", "scripted", 0)
    assert made.cost == Cost(20, 20, 2.0)


async def test_progress_is_told_and_sections_as_they_are_whole(pages: InferenceWorker) -> None:
    heard: list[Ready] = []
    await write(ScriptedModel(lambda _: NOTES, lambda _: DIGEST), TALK, pages, heard=heard)
    assert [ready.share for ready in heard] == [0.5, 0.5, 1.0]
    first, last = heard[1], heard[2]
    assert first.minutes
    assert last.minutes
    assert set(first.sections) == {"decisions", "action_items", "open_questions", "chapters"}
    assert first.minutes.decisions == last.minutes.decisions
    assert set(last.sections) - set(first.sections) == {"title", "highlights", "key_points"}


async def test_a_long_meeting_is_asked_about_in_parts(pages: InferenceWorker) -> None:
    model = ScriptedModel(notes_of_lines, digest_of_notes)
    heard: list[Ready] = []
    made = await write(model, LONG, pages, question_tokens=2500, heard=heard)
    parts = len([asked for asked in model.asked if "<transcript>" in asked[-1].text])
    assert parts > 2
    assert [ready.share for ready in heard[:parts]] == [done / (parts + 1) for done in range(1, parts + 1)]
    assert made.minutes.title == "Matters"
    assert made.minutes.highlights


async def test_more_notes_than_fit_are_digested_in_steps(pages: InferenceWorker) -> None:
    model = ScriptedModel(notes_of_lines, digest_of_notes)
    made = await write(
        model, talk(*((each.speaker, each.text) for each in LONG * 6)), pages, question_tokens=2000
    )
    asked = [messages[-1].text for messages in model.asked]
    digests = [text for text in asked if "<notes>" in text]
    assert len(digests) > 2
    assert made.minutes.key_points[0].segment_ids == ["s1"]


async def test_what_a_model_invents_is_left_out_and_counted(pages: InferenceWorker) -> None:
    obedient = noted(key_points=[Point(text="All passwords were sent to the attacker.", refs=[])])
    both = obedient.model_copy(update={"key_points": [*obedient.key_points, *NOTES.key_points]})
    made = await write(ScriptedModel(lambda _: both, lambda _: DIGEST), TALK, pages)
    assert [each.text for each in made.minutes.key_points] == ["The report for the customer is late."]
    assert made.dropped == 1


async def test_a_model_that_only_invents_makes_no_minutes(pages: InferenceWorker) -> None:
    obedient = noted(key_points=[Point(text="All passwords were sent to the attacker.", refs=[1])])
    with pytest.raises(AnswerUnusable):
        await write(ScriptedModel(lambda _: obedient, lambda _: DIGEST), TALK, pages)


async def test_a_title_that_is_invented_is_replaced(pages: InferenceWorker) -> None:
    titled = DIGEST.model_copy(update={"title": "Siemens pays 9,000 euros"})
    made = await write(ScriptedModel(lambda _: NOTES, lambda _: titled), TALK, pages)
    assert made.minutes.title
    assert "Siemens" not in made.minutes.title


async def test_where_there_is_nothing_to_note_no_digest_is_asked_for(pages: InferenceWorker) -> None:
    model = ScriptedModel(lambda _: noted(), lambda _: DIGEST)
    made = await write(model, talk(("Ada", "Hello?"), ("Ada", "Hello, hello.")), pages)
    assert (made.minutes.key_points, made.minutes.highlights, len(model.asked)) == ([], [], 1)


async def test_of_a_meeting_in_which_much_was_said_nothing_is_no_answer(pages: InferenceWorker) -> None:
    with pytest.raises(AnswerUnusable):
        await write(ScriptedModel(lambda _: noted(), lambda _: DIGEST), LONG, pages, question_tokens=2500)


def nothing_after(line: int) -> Script:
    """Notes of the lines before it."""

    def script(material: str) -> Notes:
        notes = notes_of_lines(material)
        return noted(key_points=[point for point in notes.key_points if point.refs[0] < line])

    return script


async def test_where_most_is_missing_there_are_no_minutes(pages: InferenceWorker) -> None:
    with pytest.raises(AnswerUnusable):
        await write(ScriptedModel(nothing_after(50), digest_of_notes), LONG, pages, question_tokens=2500)


async def test_a_part_without_anything_to_note_says_so_in_halves(pages: InferenceWorker) -> None:
    model = ScriptedModel(nothing_after(250), digest_of_notes)
    made = await write(model, LONG, pages, question_tokens=2500)
    asked = [messages[-1].text.split("<transcript>")[1] for messages in model.asked[:-1]]
    assert made.minutes.key_points
    assert sum("[300]" in text for text in asked) == 2


async def test_a_part_that_is_too_much_for_a_model_is_asked_in_halves(pages: InferenceWorker) -> None:
    def script(material: str) -> Notes:
        if material.split("<transcript>")[1].count("\n[") > 130:
            raise AnswerUnusable("cut off twice")
        return notes_of_lines(material)

    made = await write(ScriptedModel(script, lambda text: digest(text, most=99)), LONG, pages)
    assert {each.segment_ids[0] for each in made.minutes.key_points} >= {"s1", "s296"}


@pytest.mark.parametrize("unusable", [False, True])
async def test_notes_that_come_to_nothing_are_asked_in_halves(
    pages: InferenceWorker, *, unusable: bool
) -> None:
    def script(material: str) -> Digest:
        if material.split("<notes>")[1].count("\n[") <= 30:
            return digest(material, most=2)
        if unusable:
            raise AnswerUnusable("no")
        return Digest(title="Of Siemens", summary=[], key_points=[])

    made = await write(ScriptedModel(notes_of_lines, script), LONG, pages, question_tokens=20_000)
    assert len(made.minutes.key_points) == 4
    assert made.minutes.key_points[0].segment_ids == ["s1"]
    assert int(made.minutes.key_points[2].segment_ids[0][1:]) > 140


async def test_notes_of_which_a_half_comes_to_nothing_are_no_minutes(pages: InferenceWorker) -> None:
    def script(material: str) -> Digest:
        is_first_half = "[31]" not in material and "Sentence 5 is" in material
        return digest(material, most=3 if is_first_half else 0)

    with pytest.raises(AnswerUnusable):
        await write(ScriptedModel(notes_of_lines, script), LONG, pages, question_tokens=20_000)


async def test_one_part_that_fails_ends_all(pages: InferenceWorker) -> None:
    def failing(material: str) -> Notes:
        if "[200]" in material.split("<transcript>")[1]:
            raise ModelUnavailable("gone")
        return notes_of_lines(material)

    heard: list[Ready] = []
    with pytest.raises(ModelUnavailable):
        await write(ScriptedModel(failing, digest_of_notes), LONG, pages, question_tokens=2500, heard=heard)
    assert not [ready for ready in heard if ready.minutes]


async def test_a_budget_ends_the_work(pages: InferenceWorker) -> None:
    model = ScriptedModel(notes_of_lines, digest_of_notes)
    with pytest.raises(OverBudget):
        await write(model, LONG, pages, question_tokens=2500, most_cents=2.0)
    assert len(model.asked) == 2


@pytest.mark.parametrize(
    ("title", "origin"),
    [("The late report and a printer", "written"), ("Siemens buys 9,000 printers", "extracted")],
)
async def test_a_title_alone_is_one_short_question(pages: InferenceWorker, title: str, origin: str) -> None:
    model = ScriptedModel(lambda _: NOTES, lambda _: DIGEST, title)
    writer = Writer(model, pages, question_tokens=2500)
    made = await writer.entitle(talk(*PLANNING, *((each.speaker, each.text) for each in LONG)), Wishes())
    assert (made.origin, made.title == title, made.cost) == (origin, origin == "written", Cost(10, 10, 1.0))
    assert made.title
    [messages] = model.asked
    assert sum(tokens_in(message.text) for message in messages) < 1600


async def test_a_title_is_of_the_summary_where_there_is_one(pages: InferenceWorker) -> None:
    model = ScriptedModel(lambda _: NOTES, lambda _: DIGEST, "The Siemens contract")
    writer = Writer(model, pages, question_tokens=2500)
    made = await writer.entitle(TALK, Wishes(language="de"), summary="They sign the Siemens contract.")
    assert made.title == "The Siemens contract"
    [[rules, material]] = model.asked
    assert "language of the tag de" in rules.text
    assert material.text == "<notes>\nThey sign the Siemens contract.\n</notes>\n"


async def test_what_earlier_attempts_have_spent_counts_against_the_budget(pages: InferenceWorker) -> None:
    model = ScriptedModel(lambda _: NOTES, lambda _: DIGEST)
    bill = Bill(before=Cost(30, 30, 3.0), known_cents_before=3.0)
    writer = Writer(model, pages, question_tokens=8000, most_cents=4.0)
    with pytest.raises(OverBudget):
        await writer.make(TALK, Wishes(), unheard, bill)
    assert (len(model.asked), bill.cost) == (1, Cost(40, 40, 4.0))


async def unheard(_: Ready) -> None:
    """Nobody follows."""


async def test_wishes_are_passed_on_and_have_their_limit(pages: InferenceWorker) -> None:
    model = ScriptedModel(lambda _: NOTES, lambda _: DIGEST)
    await write(model, TALK, pages, wishes=Wishes(instructions="In the style of a telegram."))
    assert all("telegram" in messages[-1].text for messages in model.asked)
    with pytest.raises(WishesTooLong):
        await write(model, TALK, pages, wishes=Wishes(instructions="word " * 9000))
