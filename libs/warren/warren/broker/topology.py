"""The whole topology as one pure function: exchanges, queues, bindings, policies. See
docs/architecture.md.

Everything that can be a policy is one; only the queue type and the single active consumer are
arguments.
`step.<kind>` is declared by the registry, `gw.*` by gateways, `runner.*` by runners, all else by
the definitions file.
"""

from dataclasses import dataclass, field

STEPS = "warren.steps"
EVENTS = "warren.events"
PROGRESS = "warren.progress"
OUTCOMES = "warren.outcomes"
DEAD = "warren.dead"
CONTROL = "warren.control"

CHAT_OUTCOMES = "chat.outcomes"
CHAT_BOTS = "chat.bots"
DEAD_LETTERS = "dead-letters"

RUNGS: dict[str, float] = {"retry.5s": 5.0, "retry.30s": 30.0, "retry.5m": 300.0}
"""Rungs of the retry ladder: exchange and queue name, and the wait in seconds."""

STEP_MAX_LENGTH = (
    100_000  # commands that wait for one kind; over it the relay is refused and tries again
)
STEP_DELIVERY_LIMIT = 20  # the net under the runner's own rule (third delivery in a child process)
NO_DELIVERY_LIMIT = 1_000_000  # 4.x drops at 20 by default; 3.10 refuses -1
GATEWAY_BACKLOG = (
    100_000  # events a stuck gateway may have waiting; over it clients see a hole and catch up
)
PROGRESS_BACKLOG = 2_000  # progress is worth nothing when it is old


@dataclass(frozen=True)
class Exchange:
    name: str
    kind: str


@dataclass(frozen=True)
class Queue:
    """A durable quorum queue."""

    name: str
    single_active_consumer: bool = False

    @property
    def arguments(self) -> dict[str, str | bool]:
        """Return the declare arguments; a changed one is refused by the broker for ever."""
        extra: dict[str, str | bool] = (
            {"x-single-active-consumer": True} if self.single_active_consumer else {}
        )
        return {"x-queue-type": "quorum"} | extra


@dataclass(frozen=True)
class Binding:
    exchange: str
    queue: str
    key: str


@dataclass(frozen=True)
class Policy:
    """Settings for every queue or exchange that pattern matches; one queue matches one policy
    only."""

    name: str
    pattern: str
    applies_to: str
    settings: dict[str, str | int]


@dataclass(frozen=True)
class Topology:
    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]
    policies: tuple[Policy, ...] = field(default=())


def step_queue(kind: str) -> Queue:
    """Return the queue of a step kind."""
    return Queue(f"step.{kind}")


def step_binding(kind: str) -> Binding:
    """Return the binding that brings every bot's commands for a kind to its queue."""
    return Binding(STEPS, f"step.{kind}", f"{kind}.*")


def topology() -> Topology:
    """Return what the definitions file declares."""
    rungs = tuple(RUNGS)
    return Topology(
        exchanges=(
            *(Exchange(name, "topic") for name in (STEPS, EVENTS, PROGRESS, OUTCOMES, DEAD)),
            *(Exchange(name, "fanout") for name in (CONTROL, *rungs)),
        ),
        queues=(
            Queue(CHAT_OUTCOMES, single_active_consumer=True),
            Queue(CHAT_BOTS),
            Queue(DEAD_LETTERS),
            *(Queue(name) for name in rungs),
        ),
        bindings=(
            Binding(OUTCOMES, CHAT_OUTCOMES, "#"),
            Binding(EVENTS, CHAT_BOTS, "bot.#"),
            Binding(DEAD, DEAD_LETTERS, "#"),
            *(Binding(name, name, "") for name in rungs),
        ),
        policies=_policies(),
    )


def _policies() -> tuple[Policy, ...]:
    at_least_once: dict[str, str | int] = {
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",  # without it the strategy silently falls back to at-most-once
    }
    return (
        Policy("steps-alternate", r"^warren\.steps$", "exchanges", {"alternate-exchange": DEAD}),
        Policy(
            "step",
            r"^step\.",
            "queues",
            at_least_once
            | {
                "dead-letter-exchange": DEAD,
                "delivery-limit": STEP_DELIVERY_LIMIT,
                "max-length": STEP_MAX_LENGTH,
            },
        ),
        *(
            Policy(
                name.replace(".", "-"),
                rf"^{name.replace('.', chr(92) + '.')}$",
                "queues",
                at_least_once
                | {
                    "message-ttl": int(seconds * 1000),
                    "dead-letter-exchange": STEPS,
                    "delivery-limit": NO_DELIVERY_LIMIT,
                },
            )
            for name, seconds in RUNGS.items()
        ),
        Policy("chat", r"^(chat\.|dead-letters$)", "queues", {"delivery-limit": NO_DELIVERY_LIMIT}),
        Policy("gateway-events", r"^gw\..*\.events$", "queues", {"max-length": GATEWAY_BACKLOG}),
        Policy(
            "gateway-progress", r"^gw\..*\.progress$", "queues", {"max-length": PROGRESS_BACKLOG}
        ),
        Policy("runner-control", r"^runner\.", "queues", {"max-length": PROGRESS_BACKLOG}),
    )
