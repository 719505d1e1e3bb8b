"""What the token of a participant opens."""

import time
from uuid import uuid4

import jwt
from pydantic import SecretStr

from api_service.livekit.tokens import new_identity, participant_token
from api_service.settings import ApiSettings

SECRET = "a secret that is long enough for an HMAC key"
SETTINGS = ApiSettings(livekit_api_key="key", livekit_api_secret=SecretStr(SECRET))


def test_a_token_opens_one_room_for_two_hours_and_gives_no_power_over_it() -> None:
    token = participant_token(SETTINGS, room="room", identity="me", name="Ada")
    said = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert (said["sub"], said["name"], said["iss"]) == ("me", "Ada", "key")
    assert said["video"] == {
        "room": "room",
        "roomJoin": True,
        "canPublish": True,
        "canPublishData": True,
        "canSubscribe": True,
    }
    assert 7195 < said["exp"] - time.time() <= 7200
    assert "roomConfig" not in said


def test_two_tabs_of_one_user_are_two_participants() -> None:
    user_id = uuid4()
    identities = {new_identity(user_id) for _ in range(20)}
    assert len(identities) > 15
    assert all(each.startswith(f"intrascribe_user_{user_id}_") for each in identities)
