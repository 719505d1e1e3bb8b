"""What every inference service says of itself."""

from pydantic import BaseModel


class ServiceInfo(BaseModel):
    """Who answers."""

    name: str
    version: str
    uptime_seconds: float
    environment: str


class Health(BaseModel):
    """`GET /health`; each service adds its details."""

    service_name: str
    status: str
    version: str
    uptime_seconds: float
