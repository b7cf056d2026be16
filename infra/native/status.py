"""`make status`: one line a part: processes, memory, state. Exit status 1 when one is not ready."""

import contextlib
import sys

import psutil

from infra.native.plan import read_plan
from infra.native.running import health
from infra.native.say import say, stop
from infra.native.supervisor import Supervisor


def megabytes(pids: list[int]) -> int:
    """Return the memory that the processes and their children hold, in MB."""
    total = 0
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            total += sum(member.memory_info().rss for member in family)
    return total // 1_000_000


def main() -> None:
    """Print the table."""
    plan = read_plan()
    supervisor = Supervisor(plan)
    if not supervisor.runs():
        stop("Warren does not run here. Start it with: make up")
    state = health(plan, supervisor)
    known = supervisor.counts()
    say(f"{'part':<24}{'processes':>9}{'memory':>9}  state")
    for part in state.parts:
        pids = supervisor.pids(part.name) if part.name in known else []
        words = "ready" if part.ready else f"NOT READY, read {plan.logs / part.name}.log"
        note = f" ({part.note})" if part.note else ""
        say(f"{part.name:<24}{part.processes:>9}{megabytes(pids):>6} MB  {words}{note}")
    say(f"\n{plan.public_url}")
    sys.exit(0 if state.all_ready else 1)


if __name__ == "__main__":
    main()
