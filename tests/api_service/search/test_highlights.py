"""What was asked for is marked where it is."""

from api_service.search.highlights import snippet


def marked(text: str, *words: str, asked: str = "") -> str:
    """The snippet with brackets around its matches, and dots where something is left out."""
    part = snippet(text, words=words, asked=asked)
    shown = part.text
    for start, end in reversed(part.matches):
        shown = f"{shown[:start]}[{shown[start:end]}]{shown[end:]}"
    return f"{'…' if part.starts_late else ''}{shown}{'…' if part.ends_early else ''}"


def test_words_are_marked_as_words() -> None:
    assert marked("The budgets, the Budget.", "budgets", "budget") == "The [budgets], the [Budget]."
    assert marked("unbudgeted", "budget") == "unbudgeted"


def test_scripts_without_spaces_are_marked_as_they_were_asked_for() -> None:
    assert marked("明天讨论预算审批", asked="预算") == "明天讨论[预算]审批"
    assert marked("明天讨论预算审批", asked="预算 审批") == "明天讨论[预算审批]"


def test_a_long_text_is_shown_around_the_first_match() -> None:
    text = "before " * 60 + "budget " + "after " * 60
    shown = marked(text, "budget")
    assert shown.startswith("…before ")
    assert " [budget] after" in shown
    assert shown.endswith("…")
    assert len(shown) <= 204


def test_without_a_visible_match_the_beginning_is_shown() -> None:
    assert marked("x" * 300) == "x" * 200 + "…"
