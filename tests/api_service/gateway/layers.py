"""Layers around a route of the test's own."""

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from shared.serving import RequestScope


class Served:
    """Answers what the test says, under whatever path."""

    def __init__(self) -> None:
        self.answer: object = {"title": "Weekly"}
        self.headers: dict[str, str] = {}
        self.asked: list[Request] = []

    async def give(self, request: Request) -> Response:
        self.asked.append(request)
        match self.answer:
            case str() as text:
                return PlainTextResponse(text, headers=self.headers)
            case list() as parts:
                return StreamingResponse(iter(parts), media_type="application/json")
            case other:
                return JSONResponse(other, headers=self.headers)


def client(served: Served, *layers: Middleware, base_url: str = "http://127.0.0.1") -> httpx.AsyncClient:
    """A client of the route behind these layers, outermost first."""
    routes = [Route("/{path:path}", served.give, methods=["GET", "POST"])]
    app = Starlette(routes=routes, middleware=[Middleware(RequestScope, service="api"), *layers])
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    return httpx.AsyncClient(transport=transport, base_url=base_url)
