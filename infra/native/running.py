"""How the parts of the running system are: one look at everything, for up, status and doctor."""

from dataclasses import dataclass

from infra.native.plan import RUNNER_INNER_PORTS, Plan
from infra.native.ports import answers
from infra.native.rabbitmq import amqp_answers
from infra.native.readiness import answers_ok, ready_ports
from infra.native.supervisor import Supervisor

SERVERS = ("epmd", "rabbitmq", "postgres")
INNER = {
    "registry": "REGISTRY_INNER_PORT",
    "chat-api": "CHAT_API_INNER_PORT",
    "gateway-ws": "GATEWAY_INNER_PORT",
}


@dataclass(frozen=True)
class Part:
    """One part: how many processes it has, whether it is ready, the log to read if not."""

    name: str
    processes: int
    ready: bool
    note: str = ""


@dataclass(frozen=True)
class Health:
    """All parts at one moment."""

    parts: tuple[Part, ...]
    runners_ready: int
    runners_wanted: int

    @property
    def all_ready(self) -> bool:
        """Whether nothing is missing."""
        return bool(self.parts) and all(part.ready for part in self.parts)


def health(plan: Plan, supervisor: Supervisor) -> Health:
    """Look at every part. The supervisor must run."""
    counts = supervisor.counts()
    status = supervisor.status()
    first = plan.port("RUNNER_INNER_PORT")
    runners = len(ready_ports(range(first, first + RUNNER_INNER_PORTS)))
    wanted = sum(count for name, count in counts.items() if name.startswith("bot-runner"))
    expected = [*SERVERS, *INNER, "bot-runner", "caddy"]
    names = [*expected, *(name for name in sorted(counts) if name not in expected)]
    parts: list[Part] = []
    for name in names:
        active = status.get(name) == "active"
        processes = counts.get(name, 0) if active else 0
        if name.startswith("bot-runner"):
            ready = active and runners >= wanted
            note = f"{runners} of {wanted} runners ready"
        else:
            ready, note = active and is_ready(plan, name), ""
        parts.append(Part(name, processes, ready, note))
    return Health(tuple(parts), runners, wanted)


def is_ready(plan: Plan, name: str) -> bool:
    """Ask one part, other than the runners, whether it is ready."""
    match name:
        case "epmd":
            return answers(plan.port("RABBITMQ_PORT") + 4)
        case "rabbitmq":
            return amqp_answers(plan.port("RABBITMQ_PORT"))
        case "postgres":
            return answers(plan.port("POSTGRES_PORT"))
        case "caddy":
            return answers_ok(f"http://127.0.0.1:{plan.port('PORT')}/")
        case "local-llm":
            return answers_ok(f"http://127.0.0.1:{plan.port('LLM_PORT')}/health")
        case _:
            return answers_ok(f"http://127.0.0.1:{plan.port(INNER[name])}/readyz")
