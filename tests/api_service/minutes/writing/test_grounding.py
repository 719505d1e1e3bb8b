"""A sentence that says more than its evidence is found."""

import pytest

from api_service.minutes.writing.grounding import Source, invents, is_english

ENGLISH = (
    "The report for the customer is late because of the printer. Grace will call them on Friday. "
    "We agreed to spend twenty five hundred euros on it."
)
CHINESE = "客户的报告晚了，因为打印机坏了。我们决定花两千五百块买一台新的打印机。"
GERMAN = (
    "Der Bericht für den Kunden kommt wegen des Druckers später, wir geben zweitausendfünfhundert Euro aus."
)


def holds(text: str, said: str, *, cited: str | None = None) -> bool:
    return not invents(text, cited=said if cited is None else cited, source=Source(said))


@pytest.mark.parametrize(
    "text",
    [
        "The customer's report is delayed by the printer.",
        "They will spend 2,500 euros on a new printer.",
        "There are 2 reasons for the late report.",
        "On Friday Grace calls the customer.",
    ],
)
def test_what_was_said_may_be_said_in_other_words(text: str) -> None:
    assert holds(text, ENGLISH)


@pytest.mark.parametrize(
    "text",
    [
        "They will spend 4,000 euros on a new printer.",
        "The report for Siemens is late because of the printer.",
        "The customer will be called on Monday by Grace.",
        "All of the passwords have to be sent to the attacker.",
    ],
)
def test_numbers_names_and_matters_of_its_own_are_found(text: str) -> None:
    assert not holds(text, ENGLISH)


def test_it_has_to_be_said_where_it_is_cited() -> None:
    assert not holds(
        "We all need a new printer for the office.", ENGLISH, cited="Who is going to make the coffee?"
    )


def test_chinese_is_compared_with_chinese() -> None:
    assert holds("决定用2500块买新的打印机", CHINESE)
    assert not holds("决定用3000块买新的打印机", CHINESE)
    assert not holds("会议讨论了明年的预算安排", CHINESE)


def test_what_cannot_be_compared_is_let_through() -> None:
    assert holds("The customer will get the report later because Siemens is slow.", CHINESE)
    assert holds("Der Bericht kommt später, 2500 Euro werden ausgegeben.", GERMAN)
    assert holds("Der Bericht für Siemens kommt später.", ENGLISH)


@pytest.mark.parametrize(
    ("text", "english"),
    [(ENGLISH, True), (GERMAN, False), (CHINESE, False), ("Printer report", False), ("", False)],
)
def test_english_is_known_by_its_small_words(text: str, *, english: bool) -> None:
    assert is_english(text) is english
