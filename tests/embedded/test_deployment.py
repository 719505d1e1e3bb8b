"""The second way to run keeps pace: every setting is listed, and the compose file holds together."""

import re
import subprocess
from pathlib import Path

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from agent_service.settings import AgentSettings
from api_service.settings import ApiSettings
from diarization_service.settings import DiarizationSettings
from embedded.settings import EmbeddedSettings
from embedded.setup.toolchains import go
from stt_service.settings import SttSettings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
SERVICES: list[type[BaseSettings]] = [
    ApiSettings,
    SttSettings,
    DiarizationSettings,
    AgentSettings,
    EmbeddedSettings,
]


def environment_names(settings: type[BaseSettings]) -> set[str]:
    """The name under which each field is documented: its first alias, or the prefix and its own name."""
    names = set()
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            alias = alias.choices[0]
        prefix = settings.model_config.get("env_prefix", "")
        names.add(str(alias) if alias else f"{prefix}{name}".upper())
    return names


def test_the_example_lists_every_setting_and_no_other() -> None:
    listed = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE))
    assert listed == set().union(*map(environment_names, SERVICES))


def compose_model(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the Compose specification's own library says of our file."""
    toolchain = go()
    return subprocess.run(
        [*toolchain.command, "run", ".", str(ROOT / "docker-compose.yml")],
        cwd=ROOT / "deploy" / "compose-check",
        env={name: value for name, value in toolchain.environment.items() if name not in needed_variables()}
        | {"GOTOOLCHAIN": "local"}
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def needed_variables() -> dict[str, str]:
    return dict(re.findall(r"^([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE, flags=re.MULTILINE))


@pytest.mark.timeout(300)
def test_the_compose_file_is_valid_with_the_example_as_its_environment() -> None:
    parsed = compose_model(needed_variables() | {"COMPOSE_PROFILES": "diarization"})
    assert parsed.returncode == 0, parsed.stderr
    assert {"api-service", "stt-service", "diarization-service", "agent-service"} <= set(
        parsed.stdout.split()
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted(needed_variables()))
def test_a_needed_variable_that_is_missing_is_named(name: str) -> None:
    variables = needed_variables()
    del variables[name]
    parsed = compose_model(variables)
    assert parsed.returncode != 0
    assert re.search(rf"required variable {name} is missing", parsed.stderr)
    assert all(f"variable {given} is missing" not in parsed.stderr for given in variables)
