"""Public JSON of the service itself."""

from typing import Literal

from pydantic import BaseModel

Health = Literal["healthy", "unhealthy", "unreachable"]


class Welcome(BaseModel):
    message: str
    version: str
    docs: str
    health: str


class DatabaseHealth(BaseModel):
    status: Health


class RedisHealth(BaseModel):
    status: Health
    connected: bool


class LiveKitHealth(BaseModel):
    status: Health


class Microservices(BaseModel):
    stt_service: Health
    diarization_service: Health | None
    """None where none is configured."""


class HealthDetails(BaseModel):
    database: DatabaseHealth
    redis: RedisHealth
    livekit: LiveKitHealth
    microservices: Microservices


class HealthResponse(BaseModel):
    """`degraded` as soon as one part does not answer; which one is in the details."""

    service_name: str
    status: Literal["healthy", "degraded"]
    version: str
    uptime_seconds: float
    details: HealthDetails


class ServiceInfo(BaseModel):
    name: str
    version: str
    uptime_seconds: float
    environment: str


class InfoResponse(BaseModel):
    service: ServiceInfo
    endpoints: dict[str, str]
    microservices: Microservices
