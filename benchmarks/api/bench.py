"""How fast the API reads under row-level security at a steady rate: `make bench-api`."""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import numpy as np
import psycopg
import uvloop

from benchmarks.api.open_loop import ask_at_rate
from benchmarks.api.process import Api, NotStarted, running, servers

_GOAL_P50_MS = 5.0
_GOAL_P99_MS = 25.0
_GOAL_MEGABYTES = 200.0
_FEW, _MANY, _SEGMENTS = 20, 10_000, 100
_WARM_SECONDS = 1.5
_SEED = """
    with made as (
      insert into public.recording_sessions
        (user_id, title, language, created_at, started_at, duration_seconds, status, tags)
      select %(user)s, 'Session ' || number, 'en-US', now() - number * interval '1 minute',
        now() - number * interval '1 minute', mod(number * 7919, 3600),
        case mod(number, 500) when 7 then 'failed' else 'completed' end,
        case mod(number, 500) when 7 then array['weekly', 'board'] else array['weekly'] end
      from generate_series(1, %(sessions)s) as number
      returning id
    ), live as (
      insert into public.transcriptions (session_id, user_id, source, language)
      select id, %(user)s, 'live', 'en-US' from made limit 1
      returning id, session_id
    ), said as (
      insert into public.transcript_segments
        (transcription_id, session_id, segment_id, revision, speaker, spoken_as, text, start_time,
          end_time)
      select id, session_id, 'TR-' || number, 0, 'Ada', 'Ada', 'Some words of somebody', number, number + 0.9
      from live, generate_series(1, %(segments)s) as number
    )
    select session_id from live
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of reading at the chosen rate."""

    account: str
    reading: str
    requests: int
    failed: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    cpu_ms: float
    """Of the API for one request."""

    @property
    def reaches_goals(self) -> bool:
        return not self.failed and self.p50_ms <= _GOAL_P50_MS and self.p99_ms <= _GOAL_P99_MS


def main() -> None:
    """Print the table; whoever misses a goal exits with 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="requests in a second")
    parser.add_argument("--seconds", type=float, default=8.0, help="for each kind of reading")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    # The API has the last core to itself; everything that it and the measuring need shares the others.
    os.sched_setaffinity(0, set(cores[:-1] or cores))
    try:
        with (
            tempfile.TemporaryDirectory() as directory,
            servers() as addresses,
            running(addresses, core=cores[-1], directory=Path(directory)) as api,
        ):
            rows = _measure(api, addresses["database_admin_url"], rate=chosen.rate, seconds=chosen.seconds)
            megabytes = api.peak_megabytes
    except NotStarted as fault:
        sys.exit(str(fault))
    if chosen.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "megabytes": megabytes}))
    else:
        print(_table(rows, megabytes, rate=chosen.rate))
    if megabytes > _GOAL_MEGABYTES or not all(row.reaches_goals for row in rows):
        sys.exit(1)


def _measure(api: Api, admin_url: str, *, rate: float, seconds: float) -> list[Row]:
    rows = []
    for account, sessions in (("few", _FEW), ("many", _MANY)):
        token, user = sign_in(api.url, f"{account}@example.com")
        session = _seed(admin_url, user=user, sessions=sessions)
        for reading, path in _readings(session).items():
            request = _request(path, token)
            uvloop.run(ask_at_rate(api.port, [request], rate=rate, seconds=_WARM_SECONDS))
            worked = api.cpu_seconds
            outcome = uvloop.run(ask_at_rate(api.port, [request], rate=rate, seconds=seconds))
            worked = api.cpu_seconds - worked
            milliseconds = 1000 * np.array(outcome.seconds)
            p50, p95, p99 = (float(each) for each in np.percentile(milliseconds, (50, 95, 99)))
            failed = outcome.statuses.total() - outcome.statuses[200]
            rows.append(
                Row(
                    account=f"{account} ({sessions})",
                    reading=reading,
                    requests=len(outcome.seconds),
                    failed=failed,
                    p50_ms=p50,
                    p95_ms=p95,
                    p99_ms=p99,
                    worst_ms=float(milliseconds.max()),
                    cpu_ms=1000 * worked / len(outcome.seconds),
                )
            )
    return rows


def _readings(session: str) -> dict[str, str]:
    return {
        "own account": "/api/v1/users/me",
        "one session": f"/api/v1/sessions/{session}",
        "newest 50 sessions": "/api/v1/sessions?limit=50",
        "by title": "/api/v1/sessions?limit=50&sort=title&order=asc",
        "longest": "/api/v1/sessions?limit=50&sort=duration_seconds",
        "last started": "/api/v1/sessions?limit=50&sort=started_at",
        "with a rare status": "/api/v1/sessions?limit=50&status=failed",
        "with a frequent tag": "/api/v1/sessions?limit=50&tag=weekly",
        "with a rare tag": "/api/v1/sessions?limit=50&tag=board&sort=title",
        "in a language": "/api/v1/sessions?limit=50&language=en",
        "search in titles": "/api/v1/search?q=session&limit=20",
        f"{_SEGMENTS} live segments": f"/api/v1/realtime/sessions/{session}/transcription",
        f"{_SEGMENTS} stored segments": f"/api/v1/sessions/{session}/transcript",
        "search": "/api/v1/search?q=somebody&limit=20",
    }


def sign_in(url: str, email: str) -> tuple[str, str]:
    """A development token, and the id of whose it is."""
    answer = httpx.post(
        f"{url}/api/v1/auth/development-token", json={"email": email}, trust_env=False, timeout=10
    ).raise_for_status()
    return answer.json()["access_token"], answer.json()["user"]["id"]


def _seed(admin_url: str, *, user: str, sessions: int) -> str:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        values = {"user": user, "sessions": sessions, "segments": _SEGMENTS}
        row = connection.execute(_SEED, values).fetchone()
        # What autovacuum does within a minute.
        connection.execute("vacuum analyze")
    assert row is not None
    return str(row[0])


def _request(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _table(rows: list[Row], megabytes: float, *, rate: float) -> str:
    names = ("asked", "failed", "p50", "p95", "p99", "worst", "cpu")
    lines = [
        f"{rate:g} requests a second, one core for the API; milliseconds from when a request was due",
        f"{'account':<14} {'reading':<20}" + "".join(f" {name:>7}" for name in names),
    ]
    lines += [
        f"{row.account:<14} {row.reading:<20} {row.requests:>7} {row.failed:>7} {row.p50_ms:>7.2f}"
        f" {row.p95_ms:>7.2f} {row.p99_ms:>7.2f} {row.worst_ms:>7.2f} {row.cpu_ms:>7.2f}"
        f"{'' if row.reaches_goals else '  misses'}"
        for row in rows
    ]
    over = "" if megabytes <= _GOAL_MEGABYTES else "  misses"
    lines.append(f"peak memory of the API: {megabytes:.0f} MB{over}")
    lines.append(f"goals: p50 {_GOAL_P50_MS:g} ms, p99 {_GOAL_P99_MS:g} ms, {_GOAL_MEGABYTES:g} MB")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
