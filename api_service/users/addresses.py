"""Addresses that others' browsers will load from."""

from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError


def ensure_secure(url: str) -> str:
    """An https address of a named host without credentials in it, and without characters that end it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    has_space = any(character.isspace() or character in "\"'<>\\" or character < " " for character in url)
    if parts.scheme != "https" or not host or "@" in parts.netloc or has_space:
        raise PydanticCustomError("not_https", "Has to be an https address without credentials")
    return url
