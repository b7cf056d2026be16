"""What circus runs natively, as data: command, environment and grace of each service.

Pure functions of the plan; infra/native/supervisor.py hands the result to circus.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.native.plan import Plan

DRAIN_SECONDS = 40.0  # a runner finishes the steps in flight before it ends
CHAT_API_STOP_SECONDS = 20.0  # above its own worst stop: 10 s for requests, outbox and broker
LOG_BYTES = 10_000_000  # a log is rotated at this size
LOGS_KEPT = 3
RUN_MARK = "WARREN_RUN"  # in every process that we start: how `make down` knows what is ours
OURS = ("chat-api", "gateway-ws", "registry", "bot-runner")
DROPPED = (
    "OPENAI_",
    "RABBITMQ_",
    "ERL_",
    "PG",
    "PYTHON",
    "VIRTUAL_ENV",
    "CAROOT",
    "MAKE",
    "MFLAGS",
)


@dataclass(frozen=True)
class Watcher:
    """One entry of the supervisor. count is how many processes of it run."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    count: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 15.0


def inherited(environment: Mapping[str, str], run: Path) -> dict[str, str]:
    """Return what the supervisor's children inherit: no keys, nothing that bends the servers."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(DROPPED) and name not in ("SECRETS_DIR", "DATABASE_URL", "AMQP_URL")
    }
    return {**kept, RUN_MARK: str(run), "PYTHONUNBUFFERED": "1"}


def shared_environment(plan: Plan) -> dict[str, str]:
    """Return the variables that each of our services gets."""
    return {
        "PUBLIC_URL": plan.public_url,
        "HTTP_HOST": "127.0.0.1",
        "CHAT_API_INNER_URL": f"http://127.0.0.1:{plan.port('CHAT_API_INNER_PORT')}",
        "REGISTRY_INNER_URL": f"http://127.0.0.1:{plan.port('REGISTRY_INNER_PORT')}",
        "LOG_LEVEL": plan.values["LOG_LEVEL"],
        "LOG_FORMAT": plan.values["LOG_FORMAT"],
        "HTTP_STEP_HOSTS": plan.values["HTTP_STEP_HOSTS"],
    }


def service_watchers(plan: Plan, *, local_model: bool) -> list[Watcher]:
    """Return our own four services. local_model: whether steps ask the model on this machine."""
    shared = shared_environment(plan)

    def service(name: str, port: str, inner: str, grace: float = 15.0, **more: str) -> Watcher:
        environment = {
            **shared,
            "SECRETS_DIR": str(plan.secrets / name),
            "HTTP_PORT": str(plan.port(port)),
            "INNER_PORT": str(plan.port(inner)),
            **more,
        }
        command = (str(plan.python), "-m", name.replace("-", "_"))
        return Watcher(name, command, environment, grace_seconds=grace)

    steps = {
        "BOT_CONFIG_DIR": str(plan.bots),
        **model_environment(plan, local_model=local_model),
    }
    return [
        service("registry", "REGISTRY_PORT", "REGISTRY_INNER_PORT", 15.0, **steps),
        service("chat-api", "CHAT_API_PORT", "CHAT_API_INNER_PORT", CHAT_API_STOP_SECONDS),
        service("gateway-ws", "GATEWAY_PORT", "GATEWAY_INNER_PORT"),
        runner_watcher(plan, "all", plan.runners, local_model=local_model),
    ]


def model_environment(plan: Plan, *, local_model: bool) -> dict[str, str]:
    """Return where the model answers, for those who run steps: runners, and the registry's tries.

    A real key is a secret file; the local server's is none.
    """
    named = plan.values["EMBEDDING_MODEL"]
    embeddings = {"EMBEDDING_MODEL": named} if named else {}
    if plan.values["OPENAI_BASE_URL"]:
        return {"OPENAI_BASE_URL": plan.values["OPENAI_BASE_URL"], **embeddings}
    if local_model:  # the client wants a key; the local server does not
        url = f"http://127.0.0.1:{plan.port('LLM_PORT')}/v1"
        return {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "local", **embeddings}
    return embeddings


def runner_watcher(plan: Plan, kinds: str, count: int, *, local_model: bool) -> Watcher:
    """Return the runners that serve `kinds` ("all", or names joined by commas)."""
    environment = {
        **shared_environment(plan),
        "SECRETS_DIR": str(plan.secrets / "bot-runner"),
        "INNER_PORT": str(plan.port("RUNNER_INNER_PORT")),
        "RUNNER_KINDS": kinds,
        "RUNNER_CACHE_DIR": str(plan.run / "runner-cache"),
        **model_environment(plan, local_model=local_model),
    }
    return Watcher(
        runner_name(kinds),
        (str(plan.python), "-m", "bot_runner"),
        environment,
        count,
        grace_seconds=DRAIN_SECONDS,
    )


def runner_name(kinds: str) -> str:
    """Return the watcher's name: bot-runner, or bot-runner-<kinds> for runners of their own."""
    return "bot-runner" if kinds in ("", "all") else f"bot-runner-{kinds.replace(',', '-').lower()}"


def caddy_watcher(plan: Plan) -> Watcher:
    """Return the one origin: it serves the built client and passes on the rest."""
    host = "127.0.0.1"
    environment = {
        "SITE": f"http://:{plan.port('PORT')}",
        "BIND": plan.values["BIND"],
        "CHAT_API": f"{host}:{plan.port('CHAT_API_PORT')}",
        "GATEWAY": f"{host}:{plan.port('GATEWAY_PORT')}",
        "REGISTRY": f"{host}:{plan.port('REGISTRY_PORT')}",
        "CLIENT": str(plan.root / "frontend" / "dist"),
        "XDG_DATA_HOME": str(plan.run / "caddy"),
        "XDG_CONFIG_HOME": str(plan.run / "caddy"),
    }
    config = str(plan.root / "infra" / "caddy" / "Caddyfile")
    return Watcher(
        "caddy", ("caddy", "run", "--config", config, "--adapter", "caddyfile"), environment
    )


def model_watcher(plan: Plan, model: Path) -> Watcher:
    """Return the local language model's server."""
    module = ("-m", "infra.native.local_llm")
    port = str(plan.port("LLM_PORT"))
    return Watcher("local-llm", (str(plan.python), *module, str(model), "--port", port))


def options(watcher: Watcher, plan: Plan) -> dict[str, Any]:
    """Return a watcher's options in circus's words (its command `add`)."""
    log = {
        "class": "FileStream",
        "filename": str(plan.logs / f"{watcher.name}.log"),
        "max_bytes": LOG_BYTES,
        "backup_count": LOGS_KEPT,
    }
    return {
        "numprocesses": watcher.count,
        "working_dir": str(plan.root),
        "copy_env": True,
        "env": dict(watcher.environment),
        "stop_signal": int(watcher.stop_signal),
        "graceful_timeout": watcher.grace_seconds,
        "max_retry": -1,  # try for ever, one second apart: a service may wait for another
        "stdout_stream": log,
        "stderr_stream": log,
    }


def mine(environment: bytes, run: Path) -> bool:
    """Tell whether a process's environment block (/proc/<pid>/environ) bears our mark."""
    return f"{RUN_MARK}={run}".encode() in environment.split(b"\0")


def our_processes(run: Path) -> list[int]:
    """Return the pids of all live processes that this clone's `make up` started."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            ended = (entry / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
            if not ended and mine((entry / "environ").read_bytes(), run):
                found.append(int(entry.name))
        except OSError:
            continue  # it ended meanwhile, or belongs to somebody else
    return found
