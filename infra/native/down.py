"""`make down`: end everything that `make up` started and leave no process. Data stays in .run."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from infra.native.plan import Plan, read_plan
from infra.native.say import say, step, stop
from infra.native.supervisor import Supervisor
from infra.native.watchers import DRAIN_SECONDS, our_processes

# The web address first, so that nobody new comes in; the servers last, since all lean on them.
LAST = ("local-llm", "postgres", "rabbitmq", "epmd")
STRAY_SECONDS = 20.0


def down(plan: Plan) -> bool:
    """Stop everything. Return whether anything ran."""
    supervisor = Supervisor(plan)
    ran = supervisor.runs()
    if ran:
        for name in stop_order(list(supervisor.counts())):
            step(f"stopping {name}")
            supervisor.stop(name, DRAIN_SECONDS)
        supervisor.quit()
    strays = end_strays(plan.run)
    plan.saved_file.unlink(missing_ok=True)
    return ran or strays > 0


def stop_order(names: list[str]) -> list[str]:
    """Return the watchers in the order in which they end."""
    first = sorted(name for name in names if name.startswith(("caddy", "client")))
    runners = sorted(name for name in names if name.startswith("bot-runner"))
    middle = sorted(set(names) - set(first) - set(runners) - set(LAST))
    return [*first, *runners, *middle, *(name for name in LAST if name in names)]


def end_strays(run: Path) -> int:
    """End what is still marked as ours: first asked, then forced. Return how many there were.

    Such processes are left when the supervisor itself was killed.
    """
    strays = our_processes(run)
    for wanted, seconds in ((signal.SIGTERM, STRAY_SECONDS), (signal.SIGKILL, 5.0)):
        for pid in our_processes(run):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, wanted)
        deadline = time.monotonic() + seconds
        while our_processes(run) and time.monotonic() < deadline:
            time.sleep(0.1)
    left = our_processes(run)
    if left:
        raise SystemExit(f"These processes do not end: {left}. End them by hand.")
    return len(strays)


def main() -> None:
    """Stop everything and say so."""
    plan = read_plan()
    try:
        ran = down(plan)
    except KeyboardInterrupt:
        stop("Interrupted; run make down again.")
    else:
        say(f"\nWarren is down. Its data stays in {plan.run}" if ran else "Warren does not run.")


if __name__ == "__main__":
    sys.exit(main())
