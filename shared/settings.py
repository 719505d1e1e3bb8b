"""What the settings of every service have in common. Each service adds one frozen class of its own."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.observing import LogFormat


class ServiceSettings(BaseSettings):
    """Read once at start from the environment; a name given in `validation_alias` has no prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    environment: Literal["development", "production"] = Field("development", validation_alias="ENVIRONMENT")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", validation_alias="LOG_LEVEL")
    log_format: LogFormat = Field("console", validation_alias="LOG_FORMAT")
    """`json` is for machines that collect logs."""
