"""Minutes are measured by what they share with people's, what they rest on and what nobody said."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from api_service.llm.bill import Bill
from api_service.minutes.document import ActionItem, Chapter, Line, Minutes
from api_service.minutes.extracting import extract
from api_service.minutes.making import Made, NothingSaid, Titled, Told, Wishes
from api_service.minutes.transcript import Said, of_text
from benchmarks.minutes.evaluate import evaluate, measured
from benchmarks.minutes.meetings import Meeting, as_written
from benchmarks.minutes.report import Failed, Row, is_good, table
from benchmarks.minutes.rouge import Rouge, rouge
from benchmarks.minutes.scoring import Invention, evidence_percent, facts, facts_percent, inventions

TRANSCRIPT = of_text("""Ada: The rubber case costs twenty five Euros.
Bob: We talk to Eve in Paris about rubber buttons.""")


def minutes(*lines: Line, origin: str = "written") -> Minutes:
    nothing: list[Line] = []
    return Minutes.model_validate(
        {
            "origin": origin,
            "title": "",
            "highlights": [line.model_dump() for line in lines],
            **dict.fromkeys(("key_points", "decisions", "action_items", "open_questions"), nothing),
            "chapters": [],
            "participants": [],
        }
    )


def line(text: str, *segments: str) -> Line:
    return Line(text=text, segment_ids=list(segments), speaker="", start_time=0)


def test_rouge_counts_words_pairs_and_sequences() -> None:
    found = rouge("the cat sat", ["The cat, the mat."])
    assert (found.one, found.two) == pytest.approx((100 * 4 / 7, 100 * 2 / 5))
    assert found.longest == pytest.approx(100 * 4 / 7)


def test_rouge_takes_the_nearest_reference_and_nothing_shared_is_nought() -> None:
    assert rouge("one two", ["three", "one two"]).two == 100
    assert rouge("", ["three"]).one == 0


def test_what_matters_is_in_two_sentences_or_a_number_and_was_said() -> None:
    references = ["Ada wants a rubber case for 25 Euros.", "Rubber is agreed. Ada writes it down, 7 times."]
    assert facts(references, TRANSCRIPT) == {"rubber", "25"}


def test_facts_are_found_in_any_form() -> None:
    told = minutes(line("It costs twenty-five, in rubbers", "line-1"))
    assert facts_percent(told, {"rubber", "25", "pari"}) == pytest.approx(200 / 3)


def test_evidence_is_a_segment_of_the_meeting() -> None:
    chapter = Chapter(title="", start_time=0, end_time=1, segment_ids=["line-9"])
    told = minutes(line("a", "line-1"), line("b", "line-2"), line("c", "line-2", "line-3"))
    assert evidence_percent(told.model_copy(update={"chapters": [chapter]}), TRANSCRIPT) == 50


def test_a_quotation_that_nobody_said_is_an_invention() -> None:
    said = line("The rubber case costs twenty five Euros.", "line-1")
    elsewhere = line("The rubber case costs twenty five Euros.", "line-2")
    assert not list(inventions(minutes(said, origin="extracted"), TRANSCRIPT))
    assert [each.text for each in inventions(minutes(elsewhere, origin="extracted"), TRANSCRIPT)]


def test_written_lines_may_not_bring_names_and_numbers() -> None:
    fine = line("Ada says that the case costs 25 Euros", "line-1")
    wrong = line("The case, says Mallory, costs 26 Euros", "line-1")
    [found] = inventions(minutes(fine, wrong), TRANSCRIPT)
    assert found.unknown == ("26", "mallory")


def test_titles_and_who_may_not_bring_names_and_numbers_either() -> None:
    said = TRANSCRIPT[1]
    item = ActionItem(
        text="We talk about buttons", segment_ids=["line-2"], speaker="Bob", start_time=0, who="Mallory"
    )
    chapter = Chapter(title="Buttons for Grace", start_time=0, end_time=1, segment_ids=[said.segment_id])
    told = minutes().model_copy(
        update={"action_items": [item], "chapters": [chapter], "title": "Talks in Paris, fifty of them"}
    )
    assert [each.unknown for each in inventions(told, TRANSCRIPT)] == [("mallory",), ("50",), ("grace",)]
    known = told.model_copy(
        update={"action_items": [item.model_copy(update={"who": "Eve"})], "chapters": [], "title": "Eve"}
    )
    assert not list(inventions(known, TRANSCRIPT))


def test_of_no_items_none_has_evidence() -> None:
    assert evidence_percent(minutes(), TRANSCRIPT) == 0


def row(**changes: object) -> Row:
    good = Row(
        meeting="m",
        split="report",
        model="local/extractive",
        origin="extracted",
        rouge=Rouge(1, 1, 1),
        words=9,
        facts=9,
        facts_percent=50,
        items=8,
        dropped=0,
        left_out=0,
        evidence_percent=100,
        inventions=[],
        seconds_per_hour=0.2,
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # whatever a test wants to see


WRITTEN = {"model": "m/m", "origin": "written"}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"seconds_per_hour": 5.1}, ["slow"]),
        ({"inventions": [Invention("x", ())]}, ["invented"]),
        ({"evidence_percent": 99.9}, ["unfounded"]),
        (WRITTEN | {"items": 0, "evidence_percent": 0}, ["empty", "unfounded"]),
        (WRITTEN | {"dropped": 2}, []),
        (WRITTEN | {"dropped": 3}, ["mostly dropped"]),
        (WRITTEN | {"seconds_per_hour": 900}, []),
        ({"model": "m/m"}, ["not by this model"]),
    ],
)
def test_a_row_says_what_is_not_good_enough(changes: dict[str, object], faults: list[str]) -> None:
    assert row(**changes).faults == faults
    assert is_good([row(), row(**changes)]) is not bool(faults)
    assert ("; ".join(faults) or "good") in table([row(**changes)]).splitlines()[1]


def test_nothing_measured_is_not_good() -> None:
    assert not is_good([])


class Failing:
    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        raise NothingSaid

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        raise NothingSaid


async def test_a_model_that_fails_is_a_row_that_says_so() -> None:
    meeting = Meeting("m", "report", TRANSCRIPT, ["Rubber."], [])
    rows = [row(), await measured(Failing(), "m/m", meeting)]
    assert not is_good(rows)
    assert "failed: nothing-said" in table(rows).splitlines()[2]
    started = await evaluate(["local/extractive"], [meeting])
    assert [each.model for each in started] == ["local/extractive"]


async def test_a_model_that_cannot_even_begin_ends_no_other() -> None:
    meeting = Meeting("m", "report", TRANSCRIPT, ["Rubber."], [])
    first, second = await evaluate(["no model", "local/extractive"], [meeting])
    assert isinstance(first, Failed)
    assert isinstance(second, Row)


def test_the_minutes_that_quote_invent_nothing() -> None:
    told = extract(TRANSCRIPT)
    assert evidence_percent(told, TRANSCRIPT) == 100
    assert not list(inventions(told, TRANSCRIPT))


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("{vocalsound} Well , an L_C_D_ display {disfmarker} .", "Well, an LCD display."),
        ("{gap} {vocalsound} .", ""),
    ],
)
def test_marks_of_a_corpus_are_no_words(marked: str, words: str) -> None:
    assert as_written(marked) == words


def test_segments_of_no_words_are_no_evidence_of_names() -> None:
    empty = [Said("s", "", "", 0, 0)]
    [found] = inventions(minutes(line("and then Eve left", "s")), empty)
    assert found.unknown == ("eve",)
