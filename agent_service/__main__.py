"""Starts the worker: `python -m agent_service`."""

import asyncio

from agent_service.settings import AgentSettings
from agent_service.worker import serve

if __name__ == "__main__":
    asyncio.run(serve(AgentSettings()))
