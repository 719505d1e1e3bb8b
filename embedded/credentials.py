"""The passwords and keys of one machine: made once, kept readable for their owner alone."""

import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


def _secret() -> str:
    return secrets.token_urlsafe(32)


class Credentials(BaseModel):
    """Everything generated. URL-safe characters only, so that a secret can stand in an address."""

    model_config = ConfigDict(frozen=True)

    postgres_admin_password: str = Field(default_factory=_secret)
    postgres_api_password: str = Field(default_factory=_secret)
    valkey_password: str = Field(default_factory=_secret)
    livekit_api_key: str = Field(default_factory=lambda: f"API{secrets.token_hex(6)}")
    livekit_api_secret: str = Field(default_factory=_secret)


def load(directory: Path) -> Credentials:
    """Read the credentials of a state directory, making them the first time."""
    path = directory / "credentials.json"
    if path.exists():
        return Credentials.model_validate_json(path.read_bytes())
    made = Credentials()
    write_private(path, made.model_dump_json(indent=2))
    return made


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step, so that nobody finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
