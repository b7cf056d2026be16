"""CPU time of processes and their children, from /proc: steadier than rates on a busy machine."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += children.get(one, [])
    return found


def cpu_seconds(pids: list[int]) -> float:
    """Return user and system time of these processes so far; one that has ended counts nothing."""
    return sum(int(f[11]) + int(f[12]) for pid in pids if (f := _stat(pid))) / TICKS


def busy_cores(before: float, after: float, seconds: float) -> float:
    """Return how many cores a difference of CPU times keeps busy."""
    return (after - before) / seconds if seconds else 0.0


def _stat(pid: int) -> list[str]:
    """Return the fields after the command's name, or nothing when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return []
