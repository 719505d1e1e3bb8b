"""Where accounts are kept: with Supabase's sign-in service, or in the database of one machine."""

from uuid import UUID

import httpx
from pydantic import SecretStr

from api_service.database import Connection
from shared.clients.http import checked

_DELETE_SECONDS = 60.0
"""Everything that belongs to an account goes in the same transaction."""

_NOT_FOUND = 404


class SupabaseAccounts:
    """The administration of GoTrue, of which an API needs one call."""

    def __init__(self, http: httpx.AsyncClient, auth_url: str, service_key: SecretStr) -> None:
        self._http = http
        self._auth_url = auth_url
        self._service_key = service_key

    async def delete(self, user_id: UUID) -> None:
        """End an account; one that is gone already stays so. Raises UpstreamFailed and UpstreamRefused."""
        key = self._service_key.get_secret_value()
        with checked("supabase-auth"):
            response = await self._http.delete(
                f"{self._auth_url}/admin/users/{user_id}",
                headers={"apikey": key, "authorization": f"Bearer {key}"},
                timeout=_DELETE_SECONDS,
            )
            if response.status_code != _NOT_FOUND:
                response.raise_for_status()


async def makes_accounts(connection: Connection) -> bool:
    """Whether accounts are made here, and so can be ended: only the bootstrap of a plain Postgres says so."""
    cursor = await connection.execute(
        "select to_regprocedure('internal.delete_own_development_user()') is not null as made"
    )
    row = await cursor.fetchone()
    return bool(row and row["made"])


async def delete_development_account(connection: Connection) -> None:
    """End the account of the connection's user, where accounts are made here."""
    await connection.execute("select internal.delete_own_development_user()")
