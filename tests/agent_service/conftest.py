"""What the agent's unit tests share: one voice of one session."""

from uuid import UUID

from agent_service.voice import Voice

SESSION = UUID("00000000-0000-4000-8000-000000000001")
VOICE = Voice(SESSION, "en-US", "TR_a", "ann", "Ann")
