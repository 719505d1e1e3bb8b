"""How much memory the platform uses while a meeting goes on."""

from collections.abc import Iterable, Mapping

import psutil


def pss_megabytes(processes: Mapping[str, int]) -> dict[str, float]:
    """PSS of each named process and, under a name of their own, of all its descendants together."""
    found: dict[str, float] = {}
    for name, pid in processes.items():
        try:
            process = psutil.Process(pid)
            children = process.children(recursive=True)
        except psutil.NoSuchProcess:
            continue
        found[name] = _sum([process])
        if children:
            found[f"{name}, its {len(children)} children"] = _sum(children)
    return found


def _sum(processes: Iterable[psutil.Process]) -> float:
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return round(total / 1e6, 1)
