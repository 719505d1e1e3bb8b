"""Audio that is heard while it is being spoken, over WebSockets."""
