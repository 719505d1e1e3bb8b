"""The examples of the original's README: its blocks of code, and how its Python is run against services."""

import ast
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType

import httpx
import pytest

from tests.servers import ROOT

DOCUMENT = ROOT.parent / "shared" / "seeds" / "intrascribe.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SERVICE = re.compile(r"http://localhost:(\d+)")


def text() -> str:
    """The document. Skips where it is not."""
    if not DOCUMENT.exists():
        pytest.skip("no ../shared/seeds/intrascribe.md, whose examples would be run")
    return DOCUMENT.read_text()


def blocks(language: str) -> list[str]:
    """The blocks of code of one language."""
    return [code for found, code in _BLOCK.findall(text()) if found == language]


def asked_by_curl(port: int) -> list[str]:
    """The paths of a service that people are shown to ask in a shell."""
    return re.findall(rf"curl http://localhost:{port}(/\S*)", "\n".join(blocks("bash")))


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of an example."""

    answers: list[httpx.Response]
    values: dict[str, object]


async def run(
    code: str, client: httpx.AsyncClient, *, port: int, address: str | None = None, **known: object
) -> Ran:
    """Run the statements of an example that have to do with the service of this port, which is at `address`.

    What others need of the answer of another service is left out with the request.
    """
    values: dict[str, object] = {"client": client, "httpx": httpx, **known}
    published = f"http://localhost:{port}"
    answers: list[httpx.Response] = []
    left_out: set[str] = set()
    for statement in ast.parse(code).body:
        source = ast.unparse(statement)
        ports = {int(each) for each in _SERVICE.findall(source)}
        read, written = _names(statement)
        if ports - {port} or read & left_out:
            left_out |= written
            continue
        left_out -= written
        await _carry_out(source.replace(published, address or published), values)
        if ports and isinstance(answer := values["response"], httpx.Response):
            answers.append(answer)
    return Ran(answers, values)


def filled(code: str, replacing: Mapping[str, str]) -> str:
    """An example with something real for each placeholder."""
    for placeholder, value in replacing.items():
        code = code.replace(placeholder, value)
    return code


async def _carry_out(source: str, values: dict[str, object]) -> None:
    code: CodeType = compile(source, "<example>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    call: Callable[[], object] = FunctionType(code, values)
    begun = call()
    if isinstance(begun, Awaitable):
        await begun


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Those that it reads, and those that it makes."""
    names = [each for each in ast.walk(statement) if isinstance(each, ast.Name)]
    written = {each.id for each in names if isinstance(each.ctx, ast.Store)}
    return {each.id for each in names if isinstance(each.ctx, ast.Load)} - written, written
