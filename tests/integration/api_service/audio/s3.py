"""A real S3 server, which refuses what is not signed as it should be."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store
from pydantic import SecretStr

from shared.settings import StorageSettings

BUCKET = "meetings"
KEY, SECRET = "intrascribe-tests", "a-secret-of-the-tests"
_WEED = Path(sys.executable).parent / "weed"
_PATIENCE = 80.0


@contextmanager
def running_s3(directory: Path) -> Iterator[StorageSettings]:
    """SeaweedFS on free ports with one empty bucket; yields how it is reached."""
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    configuration = directory / "s3.json"
    configuration.write_text(json.dumps({"identities": [identity]}))
    options, port = _options(directory, configuration)
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([_WEED, "server", *options], stdout=log, stderr=subprocess.STDOUT)
    settings = StorageSettings(
        storage_url=f"s3://{BUCKET}/prefix",
        aws_endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SecretStr(SECRET),
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}")
        yield settings
    finally:
        process.kill()
        process.wait()


def _options(directory: Path, configuration: Path) -> tuple[list[str], int]:
    names = [
        f"{server}.port{kind}" for server in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")
    ]
    with ExitStack() as held:
        sockets = {name: held.enter_context(socket.create_server(("127.0.0.1", 0))) for name in names}
        ports = {name: int(each.getsockname()[1]) for name, each in sockets.items()}
    chosen = {
        "dir": str(directory),
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "filer": "true",
        "s3": "true",
        "s3.config": str(configuration),
        "s3.iam": "false",
        "s3.port.iceberg": "0",
        "s3.port.lance": "0",
        "master.volumeSizeLimitMB": "64",
        "master.telemetry": "false",
        "volume.max": "100",
        "volume.minFreeSpace": "0.1",
    }
    return [f"-{name}={value}" for name, value in {**chosen, **ports}.items()], ports["s3.port"]


def _wait_until_ready(endpoint: str) -> None:
    """Make the bucket and wait until something can be written to it."""
    root = S3Store(
        BUCKET,
        config={
            "endpoint": endpoint,
            "region": "us-east-1",
            "access_key_id": KEY,
            "secret_access_key": SECRET,
        },
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    address = obstore.sign(root, "PUT", "", timedelta(seconds=60))
    until = time.monotonic() + _PATIENCE
    with httpx.Client(trust_env=False) as http:
        while not _is_made(http, address) or not _can_write(root):
            assert time.monotonic() < until, "the S3 server did not start"
            time.sleep(0.1)
    obstore.delete(root, "ready")


def _is_made(http: httpx.Client, address: str) -> bool:
    try:
        answer = http.put(address)
    except httpx.TransportError:
        return False
    return answer.status_code in (200, 409)


def _can_write(root: S3Store) -> bool:
    try:
        obstore.put(root, "ready", b"ready")
    except BaseError:
        return False
    return True
