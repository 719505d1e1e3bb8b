"""Tokens that open one room to one participant."""

import secrets
from datetime import timedelta
from uuid import UUID

from livekit.api import AccessToken, VideoGrants

from api_service.settings import ApiSettings

LIFETIME = timedelta(hours=2)


def new_identity(user_id: UUID) -> str:
    """Another one for each tab: of two participants with one identity LiveKit keeps the second."""
    return f"{identity_prefix(user_id)}{secrets.randbelow(10**9)}"


def is_identity_of(identity: str, user_id: UUID) -> bool:
    """Whether a participant is this user, in whichever tab."""
    return identity.startswith(identity_prefix(user_id))


def identity_prefix(user_id: UUID) -> str:
    """What all identities of one account begin with, and those of no other."""
    return f"intrascribe_user_{user_id}_"


def account_of(participant: str) -> UUID | None:
    """Whose an identity is; an account's id stands for itself. None for anything else."""
    try:
        return UUID(participant.removeprefix("intrascribe_user_").rsplit("_", 1)[0])
    except ValueError:
        return None


def participant_token(settings: ApiSettings, *, room: str, identity: str, name: str) -> str:
    """Joins, speaks, sends data and hears, in this room only, until LIFETIME has passed."""
    grants = VideoGrants(
        room_join=True, room=room, can_publish=True, can_publish_data=True, can_subscribe=True
    )
    token = AccessToken(settings.livekit_api_key, settings.livekit_api_secret.get_secret_value())
    return token.with_identity(identity).with_name(name).with_grants(grants).with_ttl(LIFETIME).to_jwt()
