"""Decides what an account says of itself, what it prefers and what it has used."""

from pydantic import JsonValue

from api_service.json_values import fits
from api_service.runtime import Caller
from api_service.users import repository, settings_repository
from api_service.users.repository import User
from api_service.users.schemas import (
    PreferencesChange,
    PreferencesResponse,
    ProfileResponse,
    Quota,
    Quotas,
    Subscription,
    UserChange,
    UserResponse,
)
from api_service.users.settings_repository import Choices
from shared.errors import TooLarge, Unauthenticated

_MONTHLY_SESSIONS = 100
_MONTHLY_MINUTES = 1000
_STORAGE_MEGABYTES = 1000
_MEGABYTE = 1_000_000
_COLUMNS = {
    "default_language": "preferred_language",
    "default_stt_model": "default_stt_model",
    "auto_summary": "auto_generate_summary",
    "auto_title": "auto_generate_title",
    "summary_style": "summary_style",
    "auto_delete_recordings_days": "auto_delete_recordings_days",
}


class PreferencesTooLarge(TooLarge):
    code, title = "preferences-too-large", "More is kept here than there is room for"


async def change(caller: Caller, asked: UserChange) -> User:
    """The caller's account as it is then."""
    values = asked.model_dump(exclude_unset=True)
    if not values:
        return caller.user
    changed = await repository.change(caller.connection, caller.user.id, values)
    if changed is None:
        raise Unauthenticated("User not found")
    return changed


async def read_profile(caller: Caller) -> ProfileResponse:
    """Everything that an account sees of itself."""
    return ProfileResponse(
        **UserResponse.model_validate(caller.user).model_dump(),
        subscription=Subscription(),
        quotas=await read_usage(caller),
        preferences=await read_preferences(caller),
    )


async def read_usage(caller: Caller) -> Quotas:
    """What the caller has used, counted now."""
    usage = await settings_repository.count_usage(caller.connection, caller.user.id)
    return Quotas(
        monthly_sessions=Quota(used=usage.sessions, limit=_MONTHLY_SESSIONS),
        monthly_transcription_minutes=Quota(
            used=round(usage.transcribed_seconds / 60, 2), limit=_MONTHLY_MINUTES
        ),
        storage_mb=Quota(used=round(usage.stored_bytes / _MEGABYTE, 2), limit=_STORAGE_MEGABYTES),
    )


async def read_preferences(caller: Caller) -> PreferencesResponse:
    """What the caller has chosen, with our defaults for the rest."""
    return _shown(await settings_repository.find_choices(caller.connection, caller.user.id))


async def change_preferences(caller: Caller, asked: PreferencesChange) -> PreferencesResponse:
    """All preferences as they are then. Raises PreferencesTooLarge when those of the clients outgrow us."""
    before = await settings_repository.lock_choices(caller.connection, caller.user.id)
    given = asked.model_dump(include=set(_COLUMNS), exclude_unset=True)
    values: dict[str, JsonValue] = {_COLUMNS[name]: value for name, value in given.items()}
    if "notification_settings" in asked.model_fields_set:
        values["notification_settings"] = asked.notification_settings or {}
    if asked.additional:
        merged = {**before.additional, **asked.additional}
        kept: dict[str, JsonValue] = {name: value for name, value in merged.items() if value is not None}
        values["additional"] = kept
        if not fits(kept):
            raise PreferencesTooLarge("Send null for names that are no longer needed")
    if values:
        await settings_repository.save_choices(caller.connection, caller.user.id, values)
    return await read_preferences(caller)


def _shown(choices: Choices) -> PreferencesResponse:
    known: dict[str, JsonValue] = {
        "default_language": choices.preferred_language or "zh-CN",
        "default_stt_model": choices.default_stt_model or "local_funasr",
        "auto_summary": choices.auto_generate_summary or False,
        "auto_title": choices.auto_generate_title or False,
        "summary_style": choices.summary_style or "standard",
        "auto_delete_recordings_days": choices.auto_delete_recordings_days,
        "notification_settings": choices.notification_settings,
    }
    # What has become a name of ours since it was kept counts no more.
    return PreferencesResponse.model_validate({**choices.additional, **known})
