"""Decides how an account ends: with everything that is its own, when its owner has said so twice."""

from uuid import UUID

import structlog

from api_service.auth.verifier import Claims
from api_service.realtime.replies import session_ids
from api_service.runtime import Runtime, open_caller
from api_service.sessions import changing, lifecycle
from api_service.users import repository
from api_service.users.accounts import delete_development_account, makes_accounts
from api_service.users.repository import User
from shared.clients.redis import reachable
from shared.contracts.captions import LIVE_SESSIONS_KEY
from shared.errors import BadRequest, Forbidden, Unavailable

log = structlog.get_logger()


class NotConfirmed(BadRequest):
    code, title = "not-confirmed", "This has to be confirmed"


class AccountKeptElsewhere(Forbidden):
    code, title = "account-kept-elsewhere", "Accounts are not deleted here"


async def leave(runtime: Runtime, claims: Claims, *, confirmed: str) -> dict[UUID, str]:
    """Delete the caller's account with its sessions, and send everybody out of their rooms.

    Returns what these sessions were, for `forget`. What was said in sessions of others stays theirs. Raises
    NotConfirmed, AccountKeptElsewhere, UpstreamFailed and UpstreamRefused; the account is still there then.
    """
    async with open_caller(runtime, claims) as caller:
        _ensure_confirmed(caller.user, confirmed)
        owned = await repository.own_sessions(caller.connection, caller.user.id)
        if runtime.accounts is None and not await makes_accounts(caller.connection):
            raise AccountKeptElsewhere("The sign-in service keeps them; this API was not given its key")
    # LiveKit may take its time: no connection to the database is held meanwhile.
    for session_id, status in owned.items():
        if status in lifecycle.LIVE:
            await runtime.live.rooms.close(session_id)
    if runtime.accounts is not None:
        await runtime.accounts.delete(claims.user_id)
    else:
        async with open_caller(runtime, claims) as caller:
            await delete_development_account(caller.connection)
    log.info("account.deleted", sessions=len(owned))
    return owned


async def forget(runtime: Runtime, owned: dict[UUID, str]) -> None:
    """Remove what Redis has of sessions that are gone. Raises nothing."""
    try:
        async with reachable():
            streaming = session_ids(await runtime.redis.smembers(LIVE_SESSIONS_KEY))
    except Unavailable:
        log.warning("account.not_forgotten", sessions=len(owned))
        return
    for session_id, status in owned.items():
        if session_id in streaming or status in lifecycle.LIVE:
            await changing.forget(runtime, session_id)


def _ensure_confirmed(user: User, confirmed: str) -> None:
    wanted = user.email or user.username
    if confirmed.casefold() != wanted.casefold():
        raise NotConfirmed(
            "Send the e-mail address of the account as `confirm`, or its user name without one"
        )
