"""The generated passwords and keys."""

import re
from pathlib import Path

from embedded.credentials import load, write_private


def test_credentials_are_made_once_and_differ_between_machines(tmp_path: Path) -> None:
    first = load(tmp_path / "one")
    assert load(tmp_path / "one") == first
    assert load(tmp_path / "two") != first


def test_only_their_owner_can_read_them(tmp_path: Path) -> None:
    load(tmp_path / "secrets")
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    assert (tmp_path / "secrets" / "credentials.json").stat().st_mode & 0o077 == 0


def test_they_can_stand_in_an_address_and_are_long_enough_for_livekit(tmp_path: Path) -> None:
    for name, value in load(tmp_path).model_dump().items():
        assert re.fullmatch(r"[A-Za-z0-9_-]+", value), name
    assert len(load(tmp_path).livekit_api_secret) >= 32


def test_a_private_file_replaces_one_that_was_open_to_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    path.chmod(0o644)
    write_private(path, "after")
    assert path.read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
