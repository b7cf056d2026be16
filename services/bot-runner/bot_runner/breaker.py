"""Circuit breaker per outside host: which steps may run while a host does not answer. Pure.

Each runner process has its own and forgets it at its end; the caller brings the time. A host is
needed by a step that names it (`hosts`) or whose class failed on it lately in the same revision.
See docs/how-to/when-a-step-fails.md.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

MAX_HOSTS = 50  # known at a time: their names label a metric
LINK_SECONDS = 600.0  # a step that has not failed on a host for so long is no longer tied to it
MAX_CAUSE_CHARS = 300


@dataclass(frozen=True)
class Limits:
    """When a circuit opens, and how often an open one is tried."""

    failures: int = 5
    window_seconds: float = 60.0
    probe_seconds: float = 10.0


@dataclass(frozen=True)
class StepCode:
    """What may be tied to a host: a class as it is in one revision."""

    kind: str
    revision: str


@dataclass(frozen=True)
class Go:
    """Run the step. probing: the open hosts that this run finds out about."""

    probing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wait:
    """Do not run the step: this host has not answered for so long, and with this error last."""

    host: str
    open_seconds: float
    cause: str


@dataclass
class _Host:
    failed_at: deque[float]  # failures in a row, the newest last
    opened_at: float | None = None
    cause: str = ""
    tied: dict[StepCode, float] = field(default_factory=lambda: {})
    probed_at: dict[str, float] = field(default_factory=lambda: {})
    probing: set[str] = field(default_factory=lambda: set())

    def wait(self, name: str, now: float) -> Wait | None:
        return None if self.opened_at is None else Wait(name, now - self.opened_at, self.cause)


def _ignore(host: str, is_open: bool) -> None:
    """Nobody wants to know."""


class Breaker:
    """The circuits of one process. on_change(host, is_open) hears each that opens or closes."""

    def __init__(
        self, limits: Limits | None = None, on_change: Callable[[str, bool], None] = _ignore
    ) -> None:
        self._limits = limits or Limits()
        self._on_change = on_change
        self._hosts: dict[str, _Host] = {}  # the one that failed last stands last

    def ask(self, code: StepCode, named: Iterable[str], now: float) -> Go | Wait:
        """Decide whether a step may run now. named are the hosts that its class names.

        While a host is open, one run per kind of step and probe_seconds goes through, never two at
        the same moment. Whoever is told Go must call release() when the run has ended.
        """
        if not self._hosts:
            return Go()
        opened: list[str] = []
        for name in self._needed(code, named, now):
            host = self._hosts[name]
            wait = host.wait(name, now)
            if wait is None:
                continue
            if not self._may_probe(host, code.kind, now - wait.open_seconds, now):
                return wait
            opened.append(name)
        for name in opened:
            self._hosts[name].probed_at[code.kind] = now
            self._hosts[name].probing.add(code.kind)
        return Go(tuple(opened))

    def failed(self, code: StepCode, host: str, cause: str, now: float) -> Wait | None:
        """Note a passing fault of a host. Return whom to wait for when its circuit is open then."""
        known = self._hosts.pop(host, None) or _Host(deque(maxlen=self._limits.failures))
        self._hosts[host] = known
        known.failed_at.append(now)
        known.cause = cause[:MAX_CAUSE_CHARS]
        known.tied[code] = now
        if known.opened_at is None and self._is_too_much(known, now):
            known.opened_at = now
            self._on_change(host, True)
        self._tidy(now)
        return known.wait(host, now)

    def succeeded(self, code: StepCode, named: Iterable[str], now: float) -> None:
        """Note that a step ended well: the hosts that it needs answer."""
        if self._hosts:
            for name in self._needed(code, named, now):
                self.answered(name)

    def answered(self, host: str) -> None:
        """Note that a host answered, be it with a refusal: its circuit closes."""
        known = self._hosts.get(host)
        if known is None:
            return
        known.failed_at.clear()
        if known.opened_at is not None:
            known.opened_at = None
            known.probed_at.clear()
            self._on_change(host, False)

    def release(self, code: StepCode, go: Go) -> None:
        """End a run: the next probe may begin when its time has come."""
        for name in go.probing:
            if name in self._hosts:
                self._hosts[name].probing.discard(code.kind)

    def _needed(self, code: StepCode, named: Iterable[str], now: float) -> list[str]:
        names = set(named)
        return [
            name
            for name, host in self._hosts.items()
            if name in names or now - host.tied.get(code, now - LINK_SECONDS) < LINK_SECONDS
        ]

    def _may_probe(self, host: _Host, kind: str, opened_at: float, now: float) -> bool:
        last = host.probed_at.get(kind, opened_at)
        return kind not in host.probing and now - last >= self._limits.probe_seconds

    def _is_too_much(self, host: _Host, now: float) -> bool:
        enough = len(host.failed_at) == self._limits.failures
        return enough and now - host.failed_at[0] <= self._limits.window_seconds

    def _tidy(self, now: float) -> None:
        for host in self._hosts.values():
            for code in [one for one, at in host.tied.items() if now - at >= LINK_SECONDS]:
                del host.tied[code]
        while len(self._hosts) > MAX_HOSTS:
            closed = (name for name, host in self._hosts.items() if host.opened_at is None)
            name = next(closed, next(iter(self._hosts)))
            if self._hosts.pop(name).opened_at is not None:
                self._on_change(name, False)
