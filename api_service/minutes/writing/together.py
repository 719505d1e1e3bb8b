"""Several things at once, of which one failure ends all."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from typing import TypeVar

from shared.errors import ServiceError

Result = TypeVar("Result")


async def together(work: Iterable[Coroutine[None, None, Result]]) -> list[Result]:
    """The results in the order of the work. What fails first is raised, not in a group, and ends the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
    except BaseExceptionGroup as failures:
        faults = list(_leaves(failures))
        # A fault of ours is not hidden behind a failure that was expected.
        raise next((each for each in faults if not isinstance(each, ServiceError)), faults[0]) from None
    return [task.result() for task in tasks]


def _leaves(fault: BaseException) -> Iterator[BaseException]:
    if isinstance(fault, BaseExceptionGroup):
        for each in fault.exceptions:
            yield from _leaves(each)
    else:
        yield fault
