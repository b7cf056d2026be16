"""A whole Warren on free ports with data of its own, for one command, for instance browser tests:

python -m infra.native.private npm run e2e

The command finds its address in WARREN_URL, its folder of bots (a copy) in WARREN_BOTS.
Nothing of a running `make up` is touched; afterwards everything is ended and its data deleted.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.native import client
from infra.native.down import down
from infra.native.plan import PORTS, ROOT, RUNNER_INNER_PORTS, BadSetting, Plan, choose
from infra.native.ports import free_block
from infra.native.processes import NotReady
from infra.native.say import stop
from infra.native.up import up


def settings(run: Path, first_port: int, runner_port: int) -> dict[str, str]:
    """Return the settings of a private Warren: its ports in a row from first_port on."""
    chosen = {
        "RUN_DIR": str(run),
        "RUNNER_INNER_PORT": str(runner_port),
        "RUNNERS": "1",
        "BOT_CONFIG_DIR": str(run / "bot_config"),
    }
    for variable, _, size, _ in PORTS:
        chosen[variable] = str(first_port)
        first_port += size
    return chosen


@contextmanager
def private_warren(environment: Mapping[str, str]) -> Iterator[Plan]:
    """Start a private Warren and end it. environment may name a model's server or size."""
    run = Path(tempfile.mkdtemp(prefix="warren-private-"))
    run.chmod(0o755)  # the database's user must reach its folder; secrets have a closed one
    shutil.copytree(ROOT / "bot_config", run / "bot_config")  # what is saved there goes with it
    ports = sum(size for _, _, size, _ in PORTS)
    model = {
        name: value for name, value in environment.items() if "LLM" in name or "OPENAI" in name
    }
    given = settings(run, free_block(ports), free_block(RUNNER_INNER_PORTS))
    plan = Plan(ROOT, choose({"LOCAL_LLM_SIZE": "135m", **model, **given}, {}, {}))
    try:
        up(plan)
        yield plan
    finally:
        down(plan)
        shutil.rmtree(run, ignore_errors=True)


def main(command: list[str]) -> int:
    """Run npm with the rest, or any other program, beside a private Warren. SIGTERM ends both."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with private_warren(os.environ) as plan:
            os.environ["WARREN_URL"] = plan.public_url
            os.environ["WARREN_BOTS"] = str(plan.bots)
            if command[0] == "npm":
                return client.main(command[1:])
            return subprocess.run(command, check=False).returncode
    except (NotReady, BadSetting) as exc:
        stop(f"Warren is not up. {exc}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
