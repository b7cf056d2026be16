"""`make scale n=4 [kinds=Gpt]`: change how many runners there are, live; nothing restarts.

Those too many are asked to end: they take nothing new, finish what they have and go.
"""

import sys

from infra.native.plan import Plan, read_plan
from infra.native.processes import NotReady, await_ready
from infra.native.running import health
from infra.native.say import say, stop
from infra.native.supervisor import Supervisor
from infra.native.watchers import DRAIN_SECONDS, runner_name, runner_watcher

MOST = 64
READY_SECONDS = 60.0


def scale(plan: Plan, supervisor: Supervisor, count: int, kinds: str) -> str:
    """Run `count` runners for `kinds`. Return what is so now. count 0 of own kinds removes them."""
    name = runner_name(kinds)
    known = supervisor.counts()
    if name in known and count == 0 and name != runner_name("all"):
        supervisor.remove(name, DRAIN_SECONDS)
    elif name in known:
        supervisor.scale(name, count)
    elif count > 0:
        supervisor.add(runner_watcher(plan, kinds, count, local_model="local-llm" in known))
    await_ready(
        lambda: health(plan, supervisor).runners_ready == health(plan, supervisor).runners_wanted,
        name,
        plan.logs / f"{name}.log",
        READY_SECONDS,
    )
    total = health(plan, supervisor).runners_wanted
    return f"{name}: {count} as asked. Runners in all: {total}."


def main(arguments: list[str]) -> None:
    """Read n and kinds, scale, say the result."""
    number = arguments[0] if arguments else ""
    kinds = arguments[1] if len(arguments) > 1 and arguments[1] else "all"
    if not number.isdigit() or int(number) > MOST:
        stop(f"How many? Example: make scale n=4, at most {MOST}. Own kinds: kinds=Gpt,Draft")
    plan = read_plan()
    supervisor = Supervisor(plan)
    if not supervisor.runs():
        stop("Warren does not run here. Start it with: make up")
    try:
        say(scale(plan, supervisor, int(number), kinds))
    except NotReady as exc:
        stop(str(exc))


if __name__ == "__main__":
    main(sys.argv[1:])
