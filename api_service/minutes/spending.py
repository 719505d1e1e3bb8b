"""Keeps what a job spends on its row, so that the next attempt knows it and nothing is spent unseen."""

import structlog

from api_service.database import Database
from api_service.jobs.repository import Attempt
from api_service.llm.bill import Bill, Cost
from api_service.minutes import repository
from shared.errors import Unavailable

log = structlog.get_logger()


class Spending:
    """Of one attempt; its bill begins with what the attempts before it have spent."""

    def __init__(self, database: Database, attempt: Attempt, bill: Bill) -> None:
        self.bill = bill
        self._database = database
        self._attempt = attempt
        self._noted, self._noted_cents = bill.cost, bill.known_cents

    async def note(self) -> None:
        """Writes down what has come to it. What cannot be written now is with the next."""
        cost, known_cents = self.bill.cost, self.bill.known_cents
        if (cost, known_cents) == (self._noted, self._noted_cents):
            return
        more = _more(cost, self._noted)
        try:
            async with self._database.as_service() as connection:
                await repository.add_spending(
                    connection, self._attempt, more, known_cents=known_cents - self._noted_cents
                )
        except Unavailable as failure:
            log.warning("minutes.spending_unwritten", job_id=str(self._attempt.id), code=failure.code)
        else:
            self._noted, self._noted_cents = cost, known_cents


def _more(now: Cost, before: Cost) -> Cost:
    return Cost(
        _difference(now.prompt_tokens, before.prompt_tokens),
        _difference(now.completion_tokens, before.completion_tokens),
        None if now.cents is None else now.cents - (before.cents or 0.0),
    )


def _difference(now: int | None, before: int | None) -> int | None:
    return None if now is None else now - (before or 0)
