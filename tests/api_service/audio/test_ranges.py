"""Which part of a file a request means."""

from datetime import UTC, datetime

import pytest
from starlette.datastructures import Headers

from api_service.audio.ranges import RangeNotSatisfiable, Representation, disposition

FILE = Representation(100, '"tag"', datetime(2026, 11, 21, 3, 4, 5, 678, UTC), "audio/wav", "a.wav")
MODIFIED = "Sat, 21 Nov 2026 03:04:05 GMT"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-9", (0, 10)),
        ("BYTES = 10 - 19", (10, 20)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
    ],
)
def test_one_part_is_given(asked: str, part: tuple[int, int]) -> None:
    assert FILE.part(Headers({"range": asked})) == part


@pytest.mark.parametrize(
    "asked",
    [
        *(
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=1-2-3",
            "bytes=--1",
            "bytes=5-4",
            "items=0-9",
        ),
        *("bytes=0-1,5-6", "bytes=0x1-5", "bytes=1.5-2", f"bytes=0-{'9' * 5000}", "bytes=²-³", "\x00"),
    ],
)
def test_what_makes_no_sense_or_asks_for_several_parts_is_the_whole(asked: str) -> None:
    assert FILE.part(Headers({"range": asked})) is None


def test_without_a_range_it_is_the_whole() -> None:
    assert FILE.part(Headers({})) is None


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999-"])
def test_a_part_that_is_not_there_cannot_be_given(asked: str) -> None:
    with pytest.raises(RangeNotSatisfiable, match="100 bytes"):
        FILE.part(Headers({"range": asked}))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('"tag"', True),
        ('"other"', False),
        ('W/"tag"', False),
        (MODIFIED, True),
        ("Sat, 21 Nov 2026 03:04:06 GMT", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_a_part_of_another_version_is_the_whole(condition: str, holds: bool) -> None:
    part = FILE.part(Headers({"range": "bytes=0-9", "if-range": condition}))
    assert part == ((0, 10) if holds else None)


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({}, False),
        ({"if-none-match": '"tag"'}, True),
        ({"if-none-match": 'W/"tag"'}, True),
        ({"if-none-match": '"a", "tag"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"other"'}, False),
        ({"if-none-match": '"other"', "if-modified-since": MODIFIED}, False),
        ({"if-modified-since": MODIFIED}, True),
        ({"if-modified-since": "Sat, 21 Nov 2026 03:04:04 GMT"}, False),
        ({"if-modified-since": "never"}, False),
        ({"if-modified-since": "Sat, 99 Nov 2026 03:04:05 GMT"}, False),
    ],
)
def test_a_version_that_the_client_has_is_not_sent_again(headers: dict[str, str], known: bool) -> None:
    assert FILE.is_known(Headers(headers)) is known


def test_headers_say_which_version_it_is() -> None:
    headers = FILE.headers(attachment=False)
    assert (headers["etag"], headers["last-modified"]) == ('"tag"', MODIFIED)
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.wav", "inline; filename=\"a.wav\"; filename*=UTF-8''a.wav"),
        ("会议.wav", "inline; filename=\"__.wav\"; filename*=UTF-8''%E4%BC%9A%E8%AE%AE.wav"),
        ('a";b\\%41.wav', "inline; filename=\"a_;b__41.wav\"; filename*=UTF-8''a%22%3Bb%5C%2541.wav"),
    ],
)
def test_names_of_any_script_pass_through_a_header(name: str, header: str) -> None:
    assert disposition(name, attachment=False) == header
    assert disposition(name, attachment=True).startswith("attachment;")
