"""Who speaks in a session, and under which name."""
