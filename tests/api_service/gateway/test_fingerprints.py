"""What tells one body from another."""

import pytest

from api_service.gateway.fingerprints import Fingerprint


def form(boundary: str, content: str) -> bytes:
    lines = [f"--{boundary}", 'content-disposition: form-data; name="a"', "", content, f"--{boundary}--", ""]
    return "\r\n".join(lines).encode()


def fingerprint(body: bytes, content_type: str, *, piece: int = 1000) -> tuple[str, int]:
    made = Fingerprint(content_type)
    for start in range(0, len(body), piece):
        made.update(body[start : start + piece])
    return made.hexdigest(), made.length


def of_form(boundary: str, content: str, *, piece: int = 1000) -> tuple[str, int]:
    return fingerprint(form(boundary, content), f'multipart/form-data; boundary="{boundary}"', piece=piece)


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
def test_a_form_is_the_same_with_another_boundary_in_other_pieces(piece: int) -> None:
    assert of_form("----geckoformboundary12", "hello --you--", piece=piece) == of_form("x1", "hello --you--")


def test_a_form_with_another_content_is_another() -> None:
    assert of_form("x", "hello") != of_form("x", "hullo")
    assert of_form("x", "hello") != of_form("y", "hello x")


@pytest.mark.parametrize("kind", ["application/json", "", "multipart/form-data", "nonsense; boundary=x"])
def test_of_any_other_body_every_byte_counts(kind: str) -> None:
    assert fingerprint(form("x", "hello"), kind) != fingerprint(form("y", "hello"), kind)
    assert fingerprint(b"abc", kind, piece=1) == fingerprint(b"abc", kind)
