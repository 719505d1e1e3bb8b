"""The settings of one realtime session, and what they become when a client changes some of them."""

from dataclasses import dataclass, field, replace

from shared.segmenter import Segmenter
from stt_service.openai.forms import hints_in
from stt_service.openai.realtime_events import (
    AudioSettings,
    BetaSession,
    BetaSessionEvent,
    InputSettings,
    ServerEvent,
    Session,
    SessionEvent,
)
from stt_service.openai.realtime_requests import (
    InputUpdate,
    PcmFormat,
    TranscriptionSettings,
    TurnDetection,
)

_COMMITTED_BY_CLIENTS = ("gpt-realtime-whisper", "gpt-live-transcribe")
"""With these names clients expect no turn detection unless they ask for it, and commit by themselves."""


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """As a session begins."""

    format: PcmFormat = field(default_factory=PcmFormat)
    transcription: TranscriptionSettings = field(default_factory=TranscriptionSettings)
    turn_detection: TurnDetection | None = field(default_factory=TurnDetection)

    def updated(self, update: InputUpdate) -> "RealtimeSettings":
        """What is left out stays as it is. Null switches turn detection off and resets the rest."""
        given = update.model_fields_set
        changed = self
        if "format" in given:
            changed = replace(changed, format=update.format or PcmFormat())
        if "transcription" in given:
            told = update.transcription.model_dump(exclude_unset=True) if update.transcription else None
            before = self.transcription if told is not None else TranscriptionSettings()
            changed = replace(changed, transcription=before.model_copy(update=told or {}))
        if "turn_detection" in given:
            changed = replace(changed, turn_detection=update.turn_detection)
        elif (changed.transcription.model or "").startswith(_COMMITTED_BY_CLIENTS):
            changed = replace(changed, turn_detection=None)
        return changed

    @property
    def language(self) -> str | None:
        """The language to expect, where there is only one."""
        wanted = self.transcription
        return wanted.language or (wanted.languages[0] if len(wanted.languages) == 1 else None)

    @property
    def hints(self) -> tuple[str, ...]:
        """Words that are likely to be said."""
        return (*self.transcription.keywords, *hints_in(self.transcription.prompt or ""))

    def segmenter(self, *, max_seconds: float) -> Segmenter:
        """What cuts turns as these settings say."""
        wanted = self.turn_detection or TurnDetection()
        pause = wanted.silence_duration_ms / 1000
        return Segmenter(
            preroll_seconds=wanted.prefix_padding_ms / 1000,
            settle_seconds=min(0.2, pause),
            pause_seconds=pause,
            max_seconds=max_seconds,
        )

    def created(self, session_id: str, *, beta: bool) -> ServerEvent:
        """The first event of a session."""
        if beta:
            return BetaSessionEvent(type="transcription_session.created", session=self._beta(session_id))
        return SessionEvent(type="session.created", session=self._session(session_id))

    def told(self, session_id: str, *, beta: bool) -> ServerEvent:
        """The answer to an update, in the form in which it was asked."""
        if beta:
            return BetaSessionEvent(type="transcription_session.updated", session=self._beta(session_id))
        return SessionEvent(type="session.updated", session=self._session(session_id))

    def _session(self, session_id: str) -> Session:
        heard = InputSettings(
            format=self.format, transcription=self.transcription, turn_detection=self.turn_detection
        )
        return Session(id=session_id, audio=AudioSettings(input=heard))

    def _beta(self, session_id: str) -> BetaSession:
        return BetaSession(
            id=session_id,
            input_audio_transcription=self.transcription,
            turn_detection=self.turn_detection,
        )
