"""Which addresses of pictures are taken."""

import pytest
from pydantic import ValidationError

from api_service.users.schemas import UserChange


@pytest.mark.parametrize(
    "url", ["https://a.example/b.png", "https://a.example:8443/?size=2#x", "https://例子.example/头像"]
)
def test_secure_addresses_are_kept_as_given(url: str) -> None:
    assert UserChange(avatar_url=url).avatar_url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://a.example/b.png",
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "//a.example/b.png",
        "https://",
        "https:///b.png",
        "https://user:secret@a.example/",
        "https://a.example:port/",
        "https://[::1/",
        "https://a.example/b c",
        'https://a.example/"onerror="x',
        "https://a.example/\x00",
        "https://a.example/" + "x" * 2048,
    ],
)
def test_others_are_not(url: str) -> None:
    with pytest.raises(ValidationError):
        UserChange(avatar_url=url)
