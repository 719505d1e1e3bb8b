"""The commands of the platform: python -m embedded COMMAND.

Begins on a bare Python 3.11: installs the environment of this folder and goes on inside it.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from embedded.environments import ENVIRONMENTS, install


def main() -> None:
    """Run one command inside the environment that it needs."""
    chosen = _parser().parse_args()
    if sys.version_info[:2] != (3, 11):
        sys.exit(f"Python 3.11 is needed, this is {sys.version.split()[0]}; call it as python3.11")
    # What runs from here on is imported from folders of ours; compiled once, it starts three times as fast.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not _is_inside():
        python = str(install("embedded"))
        os.execv(python, [python, "-m", "embedded", *sys.argv[1:]])  # noqa: S606 - the same command, inside
    from embedded import commands  # noqa: PLC0415 - what it imports is installed only now

    sys.exit(commands.run(chosen))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("setup", help="install and build everything; safe to interrupt and repeat")
    commands.add_parser("up", help="set up and start the platform")
    commands.add_parser("down", help="stop the platform")
    commands.add_parser("status", help="what runs and whether it answers")
    restart = commands.add_parser("restart", help="stop one part and start it again")
    restart.add_argument("part", help="as status names it, for example api")
    logs = commands.add_parser("logs", help="the newest log lines, followed while at a terminal")
    logs.add_argument("service", nargs="?", help="one part only, for example api")
    token = commands.add_parser("token", help="a development token for an account")
    token.add_argument("email")
    commands.add_parser("demo", help="set up, start and hold a meeting")
    servers = commands.add_parser("servers", help="throw-away servers on free ports until the input ends")
    servers.add_argument("--webhook-url", help="where LiveKit tells what happens in its rooms")
    test = commands.add_parser("test", help="run the suites of tests, each in its environment")
    test.add_argument(
        "suites", nargs="*", metavar="SUITE", help="stt, api, agent, embedded, web; all by default"
    )
    return parser


def _is_inside() -> bool:
    homes = (ENVIRONMENTS[name].directory.resolve() for name in ("embedded", "embedded-tests"))
    return Path(sys.prefix).resolve() in homes


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{failure.cmd[0]} ended with status {failure.returncode}; what it printed above says why")
    except PermissionError as failure:
        advice = (
            "was it made by root? start as the same user, or set INTRASCRIBE_STATE to a folder of your own"
        )
        sys.exit(f"{failure.filename} is closed to you\n  {advice}")
    except KeyboardInterrupt:
        sys.exit(130)
