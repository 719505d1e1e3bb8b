"""What the settings of every service have in common. Each service adds one frozen class of its own."""

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.observing import LogFormat


class ServiceSettings(BaseSettings):
    """Read once at start from the environment; a name given in `validation_alias` has no prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    environment: Literal["development", "production"] = Field("development", validation_alias="ENVIRONMENT")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", validation_alias="LOG_LEVEL")
    log_format: LogFormat = Field("console", validation_alias="LOG_FORMAT")
    """`json` is for machines that collect logs."""


class StorageSettings(ServiceSettings):
    """Where a service that keeps files keeps them, under the names that other programs use, too."""

    storage_url: str = Field(
        "file:///app/storage", validation_alias="STORAGE_URL", pattern=r"^(file:///|(s3|gs)://[^/]+)"
    )
    """A folder, or `s3://bucket/prefix` or `gs://bucket/prefix`. The bucket exists and is private."""

    aws_endpoint_url: str | None = Field(
        None, validation_alias=AliasChoices("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")
    )
    """Of an S3 that is not Amazon's; Supabase's is `https://<project>.supabase.co/storage/v1/s3`."""

    aws_region: str = Field("us-east-1", validation_alias=AliasChoices("AWS_REGION", "AWS_DEFAULT_REGION"))
    aws_access_key_id: str | None = Field(None, validation_alias="AWS_ACCESS_KEY_ID")
    """Without it and its secret, what the machine itself is allowed counts."""

    aws_secret_access_key: SecretStr | None = Field(None, validation_alias="AWS_SECRET_ACCESS_KEY")
