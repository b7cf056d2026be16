"""A revision made ready to run: its steps' cards, and one Step instance per position, made once."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from bot_runner.fault import describe
from bot_runner.revisions import RevisionCache
from warren.contracts.bot import BotFile
from warren.contracts.registry import Revision, StepCard
from warren.step.errors import BrokenStep
from warren.step.hosts import host_of_url
from warren.step.loader import make_step
from warren.step.revision import bot_of, step_cards
from warren.step.step import Step

KEPT_PIPELINES = 500
MAX_ACTIVITY_CHARS = 80
MAKE_SECONDS = 30.0  # for importing a step file and making its step


@dataclass(frozen=True)
class ReadyStep:
    """A step, what the chat shows while it runs, and the outside hosts that it names."""

    step: Step
    activity: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pipeline:
    """The steps of one revision. `steps` fills as positions are used, `making` guards each."""

    revision: Revision
    bot: BotFile
    cards: tuple[StepCard, ...]
    steps: dict[int, ReadyStep] = field(default_factory=lambda: {})
    making: dict[int, asyncio.Lock] = field(default_factory=lambda: {})

    def card(self, position: int) -> StepCard:
        """Return the card at a position. Raises BrokenStep when the pipeline has no such step."""
        if not 0 <= position < len(self.cards):
            raise BrokenStep(
                f"{self.revision.name} has {len(self.cards)} steps; number {position} is not there"
            )
        return self.cards[position]

    def is_last(self, position: int) -> bool:
        """Return whether the turn ends after this step."""
        return position == len(self.cards) - 1


class PipelineCache:
    """Pipelines by digest, and how many messages of each kind may be worked on at once."""

    def __init__(self, revisions: RevisionCache) -> None:
        self._revisions = revisions
        self._kept: OrderedDict[str, Pipeline] = OrderedDict()
        self.concurrency: dict[str, int] = {}

    async def get(self, digest: str) -> Pipeline:
        """Return the pipeline. Raises RevisionGone."""
        known = self._kept.get(digest)
        if known is None:
            revision = await self._revisions.get(digest)
            bot = bot_of(revision)
            known = self._kept.setdefault(digest, Pipeline(revision, bot, step_cards(bot)))
            while len(self._kept) > KEPT_PIPELINES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(digest)
        return known

    async def step(self, pipeline: Pipeline, position: int) -> ReadyStep:
        """Return the ready step, made at its first use in a thread: a step file may be slow.

        Raises BrokenStep when class or config cannot be used.
        """
        if (known := pipeline.steps.get(position)) is not None:
            return known
        card = pipeline.card(position)
        async with pipeline.making.setdefault(position, asyncio.Lock()):
            if position not in pipeline.steps:
                step = await self._made(pipeline.revision, position)
                pipeline.steps[position] = ReadyStep(step, _activity(step), _hosts(step))
                self.concurrency[card.kind] = max(1, type(step).concurrency)
        return pipeline.steps[position]

    async def _made(self, revision: Revision, position: int) -> Step:
        try:
            async with asyncio.timeout(MAKE_SECONDS):
                return await asyncio.to_thread(_make, revision, position)
        except TimeoutError as error:
            text = f"its class was not ready within {MAKE_SECONDS:g} s: do no work at import"
            raise BrokenStep(text) from error


def _make(revision: Revision, position: int) -> Step:
    """Make a step in a thread. Raises only BrokenStep, whatever the author's code raises."""
    try:
        return make_step(revision, position)
    except BrokenStep:
        raise
    except BaseException as error:  # user code: a panic at import, an error that cannot be said
        facts = describe(error).facts
        raise BrokenStep(f"it cannot be made: {facts.type}: {facts.text}") from error


def _activity(step: Step) -> str:
    """Return the step's activity, or its name when the author's own property fails."""
    try:
        return str(step.activity)[:MAX_ACTIVITY_CHARS]
    except Exception:  # user code: what the chat shows must not stop the step
        return step.step_name[:MAX_ACTIVITY_CHARS]


def _hosts(step: Step) -> tuple[str, ...]:
    """Return the hosts that the step names; an address counts as its host."""
    try:
        named = (step.hosts,) if isinstance(step.hosts, str) else tuple(step.hosts)
        return tuple(host_of_url(each if "//" in each else f"//{each}") or each for each in named)
    except Exception:  # user code: what it may say of itself must not stop it
        return ()
