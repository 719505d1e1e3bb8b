"""Forms that settings take in environment variables."""

from pydantic import BeforeValidator
from pydantic_settings import NoDecode


def _unless_empty(value: object) -> object:
    return None if value == "" else value


def _separated(value: object) -> object:
    return [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value


UNLESS_EMPTY = BeforeValidator(_unless_empty)
"""Compose passes what is not set as an empty text."""

LISTED = NoDecode, BeforeValidator(_separated)
"""Separated by commas."""
