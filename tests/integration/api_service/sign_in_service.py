"""The part of GoTrue's administration that ends accounts, over a real database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg

SERVICE_KEY = "the-key-of-the-service-role"
_USERS = "/auth/v1/admin/users/"


@dataclass(slots=True)
class SignInService:
    """What it was asked, and how it is."""

    url: str = ""
    status: int = 200
    """What it answers instead of doing anything, unless it is 200."""

    asked: list[str] = field(default_factory=list)


@contextmanager
def signing_in(database_url: str) -> Iterator[SignInService]:
    """Deletes the rows of accounts as GoTrue does, for whoever has the key."""
    service = SignInService()

    class Handler(BaseHTTPRequestHandler):
        def do_DELETE(self) -> None:
            service.asked.append(self.path)
            self.send_response(self._status())
            self.end_headers()
            self.wfile.write(b"{}")

        def _status(self) -> int:
            if {self.headers["apikey"], self.headers["authorization"]} != {
                SERVICE_KEY,
                f"Bearer {SERVICE_KEY}",
            }:
                return 401
            if service.status != 200:
                return service.status
            with psycopg.connect(database_url) as connection:
                account = self.path.removeprefix(_USERS)
                deleted = connection.execute("delete from auth.users where id = %s", [account])
            return 200 if deleted.rowcount else 404

        def log_message(self, *_: object) -> None:
            """Tests read their own output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        service.url = f"http://127.0.0.1:{server.server_port}"
        yield service
        server.shutdown()
