"""Where the platform keeps what it makes on this machine."""

from dataclasses import dataclass
from pathlib import Path

from embedded.environments import STATE
from embedded.failures import Failure

_LONGEST_SOCKET_PATH = 107


@dataclass(frozen=True, slots=True)
class Layout:
    """The places inside one state directory."""

    state: Path = STATE

    @property
    def data(self) -> Path:
        """What must survive: the database, the streams of captions and the audio files."""
        return self.state / "data"

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def valkey(self) -> Path:
        return self.data / "valkey"

    @property
    def storage(self) -> Path:
        return self.data / "storage"

    @property
    def spool(self) -> Path:
        """Recorded audio on its way to storage."""
        return self.data / "spool"

    @property
    def secrets(self) -> Path:
        return self.state / "secrets"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def run(self) -> Path:
        """What belongs to one run and is written anew by the next."""
        return self.state / "run"

    @property
    def lock(self) -> Path:
        """Held by whoever is starting the platform."""
        return self.run / "start.lock"

    @property
    def ready(self) -> Path:
        """The settings of the platform that is up; absent while there is none."""
        return self.run / "platform.json"

    @property
    def socket(self) -> Path:
        return self.run / "supervisor.sock"

    def log(self, program: str) -> Path:
        return self.logs / f"{program}.log"

    def create(self) -> None:
        """Make the folders. Raises Failure where the kernel could not take the socket's path."""
        if len(bytes(self.socket)) > _LONGEST_SOCKET_PATH:
            raise Failure(
                f"the path {self.socket} is too long for a socket", "set INTRASCRIBE_STATE to a shorter one"
            )
        for folder in (self.valkey, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        for private in (self.secrets, self.run):
            private.mkdir(parents=True, exist_ok=True, mode=0o700)
