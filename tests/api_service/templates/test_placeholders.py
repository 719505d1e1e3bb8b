"""Which templates can be filled, and with what result."""

import re
from pathlib import Path

import pytest

from api_service.templates import placeholders
from api_service.templates.placeholders import KNOWN
from api_service.templates.samples import sample

MIGRATIONS = Path(__file__).parents[3] / "supabase" / "migrations"


def test_placeholders_are_replaced_and_doubled_braces_stay() -> None:
    template = "# {title}\n{{json}}: {summary}{summary}"
    values = {"title": "Weekly", "summary": "short"}
    assert placeholders.fill(template, values) == "# Weekly\n{json}: shortshort"


def test_what_is_filled_in_is_not_a_template() -> None:
    assert placeholders.fill("{summary}", {"summary": "{title} {{ }"}) == "{title} {{ }"


def test_used_placeholders_are_named_once_in_their_order() -> None:
    assert placeholders.used("{summary} {title} {summary} {{date}} {nonsense}") == ["summary", "title"]


@pytest.mark.parametrize(
    "template", ["", "plain", "{{", "}}", "{{}}", "{{{title}}}", "a{{b}}c", "{title}{date}"]
)
def test_these_can_be_filled(template: str) -> None:
    assert placeholders.faults(template) == []
    placeholders.fill(template, sample("en"))


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("one\ntwo {sumary}", "Line 2: {sumary} is no placeholder; there are {title}"),
        ("{}", "{} is no placeholder"),
        ("{ title }", "{ title } is no placeholder"),
        ("{title.__class__}", "is no placeholder"),
        ("{0}", "{0} is no placeholder"),
        ("{title", "a single '{'"),
        ("title}", "a single '}'; a brace that stays is written '}}'"),
        ("{{title}", "a single '}'"),
        ("{ti\ntle}", "a single '{'"),
        ("{{{", "a single '{'"),
    ],
)
def test_these_cannot(template: str, told: str) -> None:
    faults = placeholders.faults(template)
    assert told in faults[0].message


def test_every_fault_is_told() -> None:
    assert [fault.line for fault in placeholders.faults("{a}\n{b}\n{title}\n}")] == [1, 2, 4]


def test_a_long_fault_is_told_shortly() -> None:
    assert len(placeholders.faults("{" + "x" * 10_000 + "}")[0].message) < 300


def test_hostile_templates_are_read_in_time_that_grows_with_their_length() -> None:
    assert len(placeholders.faults("{" * 19_999)) == 1


@pytest.mark.parametrize("language", ["en", "zh", "zh-CN", "de"])
def test_samples_have_a_text_for_everything(language: str) -> None:
    assert sample(language).keys() == set(KNOWN)


def system_templates() -> list[str]:
    quoted = re.compile(r"\$template\$(.*?)\$template\$", re.DOTALL)
    return [text for path in sorted(MIGRATIONS.glob("*.sql")) for text in quoted.findall(path.read_text())]


@pytest.mark.parametrize("template", system_templates(), ids=lambda template: template.split()[1])
def test_templates_of_the_system_can_be_filled(template: str) -> None:
    assert placeholders.faults(template) == []
    assert "summary" in placeholders.used(template) or "key_points" in placeholders.used(template)
    assert "{" not in placeholders.fill(template, sample("en"))


@pytest.mark.parametrize("template", ["{unknown}", "{ summary }", "}{", "{}"])
def test_what_nobody_knows_stays_as_it_stands(template: str) -> None:
    assert placeholders.fill(f"{template} {{title}}", {"title": "Weekly"}) == f"{template} Weekly"
