"""Which runs the gate has opened, so that a runner's progress and deltas may be shown. Pure.

Learned from events and from chat-api's answers, never from progress: what a runner says of itself
opens nothing.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from warren.contracts.inner import Missed

MAX_RUNS = 20_000  # about 10 MB; an evicted run shows no progress until the next event of its turn

_OPENS = "turn.started"
_TAKEN = "takeover.changed"
_CLOSES = frozenset({"turn.ended", "turn.failed"})


@dataclass(frozen=True, slots=True)
class Run:
    """The newest that is known of a turn: its run, and the seq of the event that told it."""

    conversation: UUID
    bot: str
    run: int
    stream: bool
    open: bool
    seq: int


class Runs:
    """The newest state of each turn: of two facts about a turn, the higher seq holds."""

    def __init__(self) -> None:
        self._turns: OrderedDict[UUID, Run] = OrderedDict()
        self._by_conversation: dict[UUID, set[UUID]] = {}
        self._hushed: dict[UUID, int] = {}  # the seq of the newest takeover of a conversation

    def find(self, turn: UUID, run: int) -> Run | None:
        """Return a run that is open now, or None."""
        known = self._turns.get(turn)
        return known if known and known.open and known.run == run else None

    def hear(self, type: str, conversation: UUID, seq: int | None, body: Mapping[str, Any]) -> None:
        """Take in an event. All but turns' and takeovers are passed over."""
        if type == _TAKEN and seq is not None and body.get("takeover") is not None:
            self._hush(conversation, seq)
        if seq is None or not (type == _OPENS or type in _CLOSES):
            return
        opens = type == _OPENS
        run = Run(
            conversation,
            bot=str(body["bot"]),
            run=int(body["run"]),
            stream=opens and body.get("stream") is True and seq > self._hushed.get(conversation, 0),
            open=opens,
            seq=seq,
        )
        self._learn(UUID(str(body["turn_id"])), run)

    def _hush(self, conversation: UUID, seq: int) -> None:
        """A person has taken the conversation over: nothing in the making is shown any more."""
        self._hushed[conversation] = max(seq, self._hushed.get(conversation, 0))
        for turn in self._by_conversation.get(conversation, ()):
            known = self._turns[turn]
            if known.seq < seq:
                self._turns[turn] = replace(known, stream=False)

    def learn(self, missed: Missed) -> None:
        """Take in what chat-api says of a conversation as of its head: these turns run, no
        others."""
        where, head = missed.conversation, missed.head
        running = {turn.id: turn for turn in missed.turns if turn.state == "running"}
        for turn in self._by_conversation.get(where, set()) - running.keys():
            known = self._turns[turn]
            if known.open and known.seq <= head:
                self._learn(turn, Run(where, known.bot, known.run, False, False, head))
        for turn, view in running.items():
            self._learn(turn, Run(where, view.bot, view.run, view.stream, True, head))

    def _learn(self, turn: UUID, run: Run) -> None:
        known = self._turns.get(turn)
        if known and (known.seq > run.seq or known.conversation != run.conversation):
            return
        if known and known.seq == run.seq and not known.open:
            return
        self._turns[turn] = run
        self._turns.move_to_end(turn)
        self._by_conversation.setdefault(run.conversation, set()).add(turn)
        while len(self._turns) > MAX_RUNS:
            self._forget()

    def _forget(self) -> None:
        turn, run = self._turns.popitem(last=False)
        turns = self._by_conversation[run.conversation]
        turns.discard(turn)
        if not turns:
            del self._by_conversation[run.conversation]
