"""The running system in containers: up, down, status, logs, scale, doctor by Docker Compose.

Run by the system's Python: standard library only.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from infra.native import model
from infra.native.plan import BadSetting, Plan, read_plan
from infra.native.say import say, step, stop
from infra.native.secret_files import (
    broker_passwords,
    ensure_passwords,
    private_folder,
    service_secrets,
    write_private,
)

CONTAINER_UID = 10001  # who runs the services when root runs make
HEALTHY_SECONDS = 300
LLM_URL = "http://local-llm:26740/v1"
KEPT = (
    "WARREN_UID", "PORT", "BIND", "PUBLIC_URL", "LOG_LEVEL", "OPENAI_BASE_URL", "LOCAL_LLM_FILE",
    "EMBEDDING_MODEL", "HTTP_STEP_HOSTS",
)  # fmt: skip
"""What `make up` was given and later commands need again; never a key, which is a secret file."""


def container_uid() -> int:
    """Return whom the services run as: us, so that the registry can write bot files; never root."""
    return os.getuid() or CONTAINER_UID


def secret_values(passwords: Mapping[str, str], openai_key: str) -> dict[str, str]:
    """Return the secret files of docker-compose.yml: name to content."""
    services = service_secrets(passwords, "rabbitmq:5672", "postgres:5432", openai_key)
    values = {
        f"{service}.{name}": value
        for service, variables in services.items()
        for name, value in variables.items()
        if name != "SERVICE_TOKEN"
    }
    return {
        "bot-runner.OPENAI_API_KEY": "",
        "registry.OPENAI_API_KEY": "",
        **values,
        "SERVICE_TOKEN": passwords["service"],
        "BROKER_PASSWORDS": json.dumps(broker_passwords(passwords)),
        "POSTGRES_PASSWORD": passwords["postgres"],
        "DATABASE_PASSWORD_chat": passwords["database.chat"],
        "DATABASE_PASSWORD_registry": passwords["database.registry"],
    }


def write_secrets(plan: Plan, openai_key: str) -> None:
    """Write the secret files. Their folder keeps others on this machine out; the files themselves
    are readable, since each image reads its own as a user of its own."""
    folder = plan.secrets / "compose"
    private_folder(plan.secrets)
    private_folder(folder)
    for name, value in secret_values(ensure_passwords(plan.secrets), openai_key).items():
        write_private(folder / name, value)
        (folder / name).chmod(0o444)


def environment(plan: Plan, model_file: Path | None) -> dict[str, str]:
    """Return what docker-compose.yml takes from the environment."""
    chosen = {
        **os.environ,
        "WARREN_UID": str(container_uid()),
        "PORT": str(plan.port("PORT")),
        "BIND": plan.values["BIND"],
        "PUBLIC_URL": plan.public_url,
        "LOG_LEVEL": plan.values["LOG_LEVEL"],
        "OPENAI_BASE_URL": plan.values["OPENAI_BASE_URL"],
        "EMBEDDING_MODEL": plan.values["EMBEDDING_MODEL"],
        "HTTP_STEP_HOSTS": plan.values["HTTP_STEP_HOSTS"],
    }
    if model_file is not None:
        chosen["OPENAI_BASE_URL"] = LLM_URL
        chosen["LOCAL_LLM_FILE"] = str(model_file)
    return chosen


def keep(folder: Path, settings: Mapping[str, str]) -> None:
    """Note what the system was started with, so that `make scale` starts runners alike."""
    kept = {name: settings[name] for name in KEPT if name in settings}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compose.json").write_text(json.dumps(kept, indent=1) + "\n")


def kept(folder: Path) -> dict[str, str]:
    """Return what keep() noted; empty when nothing was started from here."""
    noted = folder / "compose.json"
    return json.loads(noted.read_text()) if noted.exists() else {}


def compose(settings: Mapping[str, str], *arguments: str) -> int:
    """Run docker compose in the clone; return its exit status."""
    profiles = ["--profile", "llm"] if "LOCAL_LLM_FILE" in settings else []
    return subprocess.run(
        ["docker", "compose", *profiles, *arguments], check=False, env=dict(settings)
    ).returncode


def up(plan: Plan) -> None:
    """Build, start and wait until everything is healthy."""
    began = time.monotonic()
    model_file = None
    if plan.wants_local_model:
        try:
            model_file = model.ensure(plan.values, step)
            model_file.chmod(0o644)  # the container's user reads it
        except model.NoModel as exc:
            say(f"  ! {exc}")
    write_secrets(plan, "local" if model_file else plan.values["OPENAI_API_KEY"])
    settings = environment(plan, model_file)
    if compose(settings, "build", "--quiet") != 0:
        stop(
            "The images could not be built; what Docker said is above. If it could not pull a base "
            "image, this machine reaches no image registry: start without containers instead, "
            "with make up native=1"
        )
    runners = runners_now(settings) or plan.runners
    scale = ["--scale", f"bot-runner={runners}"]
    wait = ["--wait", "--wait-timeout", str(HEALTHY_SECONDS)]
    if compose(settings, "up", "--detach", "--no-build", *wait, *scale) != 0:
        compose(settings, "ps", "--all")
        stop(
            "Warren is not up. Find the part that is not healthy above, then: make logs s=<part>. "
            "If an image could not be pulled: make up native=1"
        )
    keep(plan.run, settings)
    say(f"\nWarren is up ({time.monotonic() - began:.0f} s). Open {plan.public_url}")


def runners_now(settings: Mapping[str, str]) -> int:
    """Return how many runners run already; a second `make up` leaves their number as it is."""
    command = ["docker", "compose", "ps", "--quiet", "bot-runner"]
    listed = subprocess.run(
        command, check=False, capture_output=True, text=True, env=dict(settings)
    )
    return len(listed.stdout.split())


def scale(settings: Mapping[str, str], count: str, kinds: str) -> int:
    """Change the number of runners; containers too many get SIGTERM and drain."""
    if not count.isdigit():
        stop("How many? Example: make scale n=4. Own kinds: kinds=Gpt,Draft")
    name = "bot-runner-kinds" if kinds else "bot-runner"
    profile = ["--profile", "kinds"] if kinds else []
    wanted = {**settings, "RUNNER_KINDS": kinds} if kinds else settings
    return compose(
        wanted, *profile, "up", "--detach", "--no-build", "--no-recreate", "--no-deps", "--wait",
        "--scale", f"{name}={count}", name,
    )  # fmt: skip


def main(arguments: list[str]) -> int:
    """Carry out one command."""
    command, *rest = arguments
    plan = read_plan()
    settings = environment(plan, None) | kept(plan.run)
    match command:
        case "up":
            up(plan)
            return 0
        case "down":
            return compose(settings, "--profile", "llm", "--profile", "kinds", "down")
        case "status" | "doctor":
            return compose(settings, "ps", "--all")
        case "logs":
            return compose(settings, "logs", "--follow", "--tail", "100", *rest)
        case "scale":
            return scale(settings, rest[0] if rest else "", rest[1] if len(rest) > 1 else "")
        case _:
            stop(f"{command} works natively only: add native=1")
            return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BadSetting as exc:
        stop(str(exc))
