"""A server that speaks OpenAI's language, and does what a script says."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict

_PIECE_CHARACTERS = 7


class Part(BaseModel):
    """Of a conversation."""

    role: str
    content: str


class Asked(BaseModel):
    """A question as it came."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Part]
    stream: bool
    max_tokens: int
    response_format: dict[str, object] | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to do with one question."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    counts: bool = True
    """Whether it tells how many tokens there were."""

    cut: bool = False
    """The connection ends in the middle of the answer."""

    silent: bool = False
    """Nothing comes after the first piece."""


Script = Callable[[Asked], Reply]


class ModelServer:
    """Answers each question as `script` says, and keeps all of them."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.address = ""
        self.stopping = asyncio.Event()

    async def answer(self, request: Request) -> Response:
        asked = Asked.model_validate(await request.json())
        asked.key = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.asked.append(asked)
        reply = self.script(asked)
        if reply.status != 200:
            return JSONResponse({"error": {"message": reply.text}}, reply.status, reply.headers)
        return StreamingResponse(self._streamed(reply), media_type="text/event-stream")

    async def _streamed(self, reply: Reply) -> AsyncIterator[str]:
        text = reply.text[: len(reply.text) // 2] if reply.cut or reply.silent else reply.text
        for start in range(0, len(text), _PIECE_CHARACTERS):
            yield _event({"content": text[start : start + _PIECE_CHARACTERS]})
        if reply.silent:
            await self.stopping.wait()
        if reply.cut:
            return
        yield _event({}, finish=reply.finish)
        if reply.counts:
            counted = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
            yield _data({**_BASE, "choices": [], "usage": counted})
        yield "data: [DONE]\n\n"


@asynccontextmanager
async def model_server(script: Script) -> AsyncIterator[ModelServer]:
    serving = ModelServer(script)
    app = FastAPI()
    app.add_api_route("/v1/chat/completions", serving.answer, methods=["POST"], response_model=None)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving.address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield serving
        finally:
            serving.stopping.set()
            server.should_exit = True
            await running


_BASE: dict[str, object] = {
    "id": "answer",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "scripted",
}


def _event(delta: dict[str, str], *, finish: str | None = None) -> str:
    return _data({**_BASE, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, object]) -> str:
    return f"data: {json.dumps(value)}\n\n"
