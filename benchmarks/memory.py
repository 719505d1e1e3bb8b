"""What processes take of the machine, from /proc; nothing is imported that would count itself."""

from pathlib import Path


def peak_megabytes(process_id: int) -> float:
    """The most that a process ever had in memory."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(f"{process_id} has ended")


def children(process_id: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(child) for child in listed.split()]
