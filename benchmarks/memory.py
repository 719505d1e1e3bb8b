"""What processes take of the machine, from /proc; nothing is imported that would count itself."""

import os
from pathlib import Path


def peak_megabytes(process_id: int) -> float:
    """The most that a process ever had in memory."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(f"{process_id} has ended")


def cpu_seconds(process_id: int) -> float:
    """What a process has worked so far, whatever else the machine does."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(process_id: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(child) for child in listed.split()]
