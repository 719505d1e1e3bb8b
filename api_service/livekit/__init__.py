"""LiveKit as the API uses it: connection details, webhooks and the presence of agents."""
