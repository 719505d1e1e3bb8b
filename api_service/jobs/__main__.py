"""Starts a worker; `dead` lists the jobs that have failed, and `requeue ID` tries one of them again."""

import argparse
import asyncio
from uuid import UUID

from api_service.database import Database
from api_service.jobs import repository
from api_service.jobs.app import create_worker
from api_service.settings import ApiSettings
from shared.observing import configure_logging
from shared.process import run

_SHOWN = 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m api_service.jobs", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("work", help="run jobs until told to stop; what happens without a command")
    commands.add_parser("dead", help=f"list the {_SHOWN} newest jobs that have failed for good")
    commands.add_parser("requeue", help="try a failed job again").add_argument("id", type=UUID)
    given = parser.parse_args()
    settings = ApiSettings()
    match given.command:
        case "dead":
            asyncio.run(_list_failed(settings))
        case "requeue":
            asyncio.run(_requeue(settings, given.id))
        case _:
            configure_logging(service="worker", level=settings.log_level, log_format=settings.log_format)
            run(create_worker(settings), host=settings.worker_host, port=settings.worker_port)


async def _list_failed(settings: ApiSettings) -> None:
    database = await _opened(settings)
    try:
        async with database.as_service() as connection:
            jobs = await repository.failed(connection, most=_SHOWN)
    finally:
        await database.close()
    for job in jobs:
        print(f"{job.id}  {job.completed_at:%F %T}  {job.kind}  {job.attempt} attempts  {job.error_code}")
    if not jobs:
        print("no job has failed")


async def _requeue(settings: ApiSettings, job_id: UUID) -> None:
    database = await _opened(settings)
    try:
        async with database.as_service() as connection:
            found = await repository.requeue(connection, job_id)
    finally:
        await database.close()
    if not found:
        raise SystemExit(f"no failed job has the id {job_id}")
    print("it waits for a worker")


async def _opened(settings: ApiSettings) -> Database:
    database = Database(settings.database_url.get_secret_value(), connections=1, prepares=False)
    await database.open()
    return database


if __name__ == "__main__":
    main()
