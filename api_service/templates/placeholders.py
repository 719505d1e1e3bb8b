"""The language of templates: text with placeholders in braces. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

KNOWN = (
    "title",
    "date",
    "participants",
    "summary",
    "key_points",
    "decisions",
    "action_items",
    "open_questions",
    "chapters",
)
"""Whoever fills templates has to give a text for each of these."""

_PART = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}\n]*)\}|(?P<stray>[{}])|[^{}]+")
_QUOTED_CHARACTERS = 40
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a template that cannot be filled."""

    line: int
    message: str
    """Quotes a placeholder's name, which is no secret, and nothing else of the template."""


def used(template: str) -> list[str]:
    """The known placeholders of a template, each once, in the order of their first appearance."""
    names = (part["name"] for part in _PART.finditer(template))
    return list(dict.fromkeys(name for name in names if name in KNOWN))


def faults(template: str) -> list[Fault]:
    """Why a template could not be filled, the first reasons of many; empty for one that could."""
    return list(islice(_faults(template), _MOST_FAULTS))


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its placeholders replaced; those that nobody knows, and stray braces, stay.

    What is filled in is not looked into again.
    """

    def replaced(part: re.Match[str]) -> str:
        match part[0]:
            case "{{":
                return "{"
            case "}}":
                return "}"
            case text if part["name"] is None:
                return text
            case _:
                return values.get(part["name"], part[0])

    return _PART.sub(replaced, template)


def _faults(template: str) -> Iterator[Fault]:
    for part in _PART.finditer(template):
        name, stray = part["name"], part["stray"]
        line = template.count("\n", 0, part.start()) + 1
        if stray:
            yield Fault(line, f"Line {line}: a single '{stray}'; a brace that stays is written '{stray * 2}'")
        elif name is not None and name not in KNOWN:
            quoted = name[:_QUOTED_CHARACTERS]
            known = ", ".join(f"{{{each}}}" for each in KNOWN)
            yield Fault(line, f"Line {line}: {{{quoted}}} is no placeholder; there are {known}")
