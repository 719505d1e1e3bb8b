"""Names of files that every client can save."""

import pytest

from api_service.export.service import disposition


@pytest.mark.parametrize(
    ("title", "plain", "encoded"),
    [
        ("Weekly", "Weekly.txt", "Weekly.txt"),
        ("周会 3", "3.txt", "%E5%91%A8%E4%BC%9A%203.txt"),
        ("周会", "transcript.txt", "%E5%91%A8%E4%BC%9A.txt"),
        ('a/../b"\r\nSet-Cookie: x', "a .. b Set-Cookie x.txt", "a%20..%20b%20Set-Cookie%20x.txt"),
        ("...", "transcript.txt", "transcript.txt"),
        ("50% off", "50 off.txt", "50%25%20off.txt"),
    ],
)
def test_a_title_becomes_a_name(title: str, plain: str, encoded: str) -> None:
    assert disposition(title, "txt") == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
