"""The diarization service as its callers see it."""

from collections.abc import AsyncIterable

import httpx
from pydantic import ValidationError

from shared.audio import SAMPLE_RATE, Pcm
from shared.clients.http import checked
from shared.contracts.diarization import DIARIZE_PATH, DiarizeResponse, SpeakerCount
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.errors import UpstreamFailed
from shared.speakers import Turn

_HEADERS = {"content-type": f"{PCM_MEDIA_TYPE};rate={SAMPLE_RATE}"}
_ANYBODY = SpeakerCount()


class DiarizationClient:
    """Sends audio, receives turns. The caller owns the httpx client, its base URL and its timeouts."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def diarize(self, audio: Pcm, *, speakers: SpeakerCount = _ANYBODY) -> list[Turn]:
        """Raises UpstreamFailed when trying again may help and UpstreamRefused when it cannot."""
        return await self._turns(audio.data, speakers)

    async def diarize_stream(
        self, pieces: AsyncIterable[bytes], *, speakers: SpeakerCount = _ANYBODY
    ) -> list[Turn]:
        """The same for 16 kHz mono int16 samples that are sent as they come, and never held as a whole."""
        return await self._turns(pieces, speakers)

    async def _turns(self, content: bytes | AsyncIterable[bytes], speakers: SpeakerCount) -> list[Turn]:
        with checked("diarization"):
            response = await self._http.post(
                DIARIZE_PATH,
                content=content,
                params=speakers.model_dump(exclude_none=True),
                headers=_HEADERS,
            )
            response.raise_for_status()
        try:
            answer = DiarizeResponse.model_validate_json(response.content)
        except ValidationError as fault:
            raise UpstreamFailed("diarization answered something else than turns") from fault
        return [Turn(each.start_time, each.end_time, each.speaker_label) for each in answer.segments]
