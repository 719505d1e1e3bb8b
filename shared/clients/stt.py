"""The speech service as its callers see it."""

import httpx
from pydantic import ValidationError

from shared.audio import SAMPLE_RATE, Pcm
from shared.clients.http import checked
from shared.contracts.stt import PCM_MEDIA_TYPE, TRANSCRIBE_PATH, Priority, TranscribeResponse
from shared.errors import UpstreamFailed

_HEADERS = {"content-type": f"{PCM_MEDIA_TYPE};rate={SAMPLE_RATE}"}


class SttClient:
    """Sends audio, receives segments. The caller owns the httpx client, its base URL and its timeouts."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def transcribe(
        self,
        audio: Pcm,
        *,
        language: str | None = None,
        priority: Priority = "final",
        want_words: bool = False,
    ) -> TranscribeResponse:
        """Raises UpstreamFailed when trying again may help and UpstreamRefused when it cannot."""
        params = {"priority": priority} | ({"language": language} if language else {})
        if want_words:
            params["words"] = "true"
        with checked("stt"):
            response = await self._http.post(
                TRANSCRIBE_PATH, content=audio.data, params=params, headers=_HEADERS
            )
            response.raise_for_status()
        try:
            return TranscribeResponse.model_validate_json(response.content)
        except ValidationError as fault:
            raise UpstreamFailed("stt answered something else than segments") from fault
