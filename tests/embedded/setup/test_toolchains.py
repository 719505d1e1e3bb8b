"""Which Go and Node are recent enough."""

import pytest

from embedded.setup.toolchains import GO_AT_LEAST, NODE_AT_LEAST, parse_version


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26)),
        ("go version go1.27rc1 linux/amd64", (1, 27)),
        ("v20.19.0\n", (20, 19)),
        ("v9.11.2", (9, 11)),
        ("no such command", None),
        ("", None),
    ],
)
def test_versions_are_read_as_numbers(answer: str, version: tuple[int, int] | None) -> None:
    assert parse_version(answer) == version


def test_versions_compare_as_numbers_and_not_as_text() -> None:
    assert (1, 9) < GO_AT_LEAST <= (1, 26)
    assert (9, 99) < NODE_AT_LEAST <= (20, 19)
