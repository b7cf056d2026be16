"""`make dev`: the whole system with live reload, until Ctrl-C.

Services restart when their code or the shared library changes; the client is Vite's, on the same
address; bots are reloaded by the registry anyway.
"""

import signal
from collections.abc import Iterable
from pathlib import Path

from watchfiles import PythonFilter, watch

from infra.native import client
from infra.native.down import down
from infra.native.plan import BadSetting, Plan, read_plan
from infra.native.processes import NotReady, await_ready
from infra.native.readiness import answers_ok
from infra.native.say import say, step, stop
from infra.native.supervisor import Supervisor
from infra.native.up import up
from infra.native.watchers import OURS, Watcher, caddy_watcher

VITE_PORT_AFTER_LLM = 1  # Vite listens beside the local model: LLM_PORT + 1


def affected(changed: Iterable[Path], root: Path) -> list[str]:
    """Return the services to restart after files changed: all of them for the shared library."""
    names: set[str] = set()
    for path in changed:
        parts = path.relative_to(root).parts
        if parts[0] == "libs":
            return list(OURS)
        if parts[0] == "services" and "tests" not in parts:
            names.add(parts[1])
    return [name for name in OURS if name in names]


def vite_watcher(plan: Plan, port: int) -> Watcher:
    """Return Vite's server for the client."""
    node = client.node_folder() / "bin" / "node"
    vite = plan.root / "frontend" / "node_modules" / "vite" / "bin" / "vite.js"
    place = ("--host", "127.0.0.1", "--port", str(port), "--strictPort")
    return Watcher("client-dev", (str(node), str(vite), str(plan.root / "frontend"), *place))


def dev_caddy_watcher(plan: Plan, port: int) -> Watcher:
    """Return Caddy with the client taken from Vite."""
    usual = caddy_watcher(plan)
    config = str(plan.root / "infra" / "caddy" / "dev.Caddyfile")
    command = ("caddy", "run", "--config", config, "--adapter", "caddyfile")
    environment = {**usual.environment, "VITE": f"127.0.0.1:{port}"}
    return Watcher("caddy", command, environment)


def dev(plan: Plan) -> None:
    """Bring everything up, put Vite behind the web address, restart what changes."""
    up(plan)
    supervisor = Supervisor(plan)
    port = plan.port("LLM_PORT") + VITE_PORT_AFTER_LLM
    vite = vite_watcher(plan, port)
    supervisor.add(vite)
    supervisor.remove("caddy", 15)
    supervisor.add(dev_caddy_watcher(plan, port))
    site = f"http://127.0.0.1:{plan.port('PORT')}/"
    await_ready(lambda: answers_ok(site), vite.name, plan.logs / f"{vite.name}.log", 60)
    say(f"\nLive reload is on. Open {plan.public_url}; Ctrl-C ends it.")
    watched = [plan.root / "libs", plan.root / "services"]
    for changes in watch(*watched, watch_filter=PythonFilter(), raise_interrupt=True):
        for name in affected((Path(path) for _, path in changes), plan.root):
            step(f"restarting {name}")
            supervisor.restart(name)


def main() -> None:
    """Run until Ctrl-C, then stop everything."""
    plan = read_plan()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.default_int_handler)
    try:
        dev(plan)
    except (NotReady, BadSetting) as exc:
        stop(f"Warren is not up as asked. {exc}")
    except KeyboardInterrupt:
        down(plan)
        say("\nWarren is down. Its data stays.")


if __name__ == "__main__":
    main()
