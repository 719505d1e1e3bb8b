"""The LiveKit agent that captions every participant of a room."""
