"""OpenAI's transcription interface over the same engine."""
