"""What the gate makes of a bot's reply: author and place come from the turn. Pure."""

from datetime import datetime
from uuid import uuid4

from chat_api.plain_text import keepable, without_nul
from chat_api.turn_rows import TurnRow
from warren.contracts.chat import MessageView
from warren.contracts.ids import step_path
from warren.contracts.outcome import Outcome, OutcomeReply

MAX_NAME_BYTES = 1024  # of a path and of a slot: one index holds both and takes 2,700 bytes
MAX_REPLY_BYTES = 512 * 1024  # over the runner's own limit, and far under what the relay can send


def fault_of(outcome: Outcome) -> str | None:
    """Return why an outcome cannot be taken, or None. Runners check the same; nobody is trusted."""
    if len(step_path(outcome.path, outcome.step).encode()) > MAX_NAME_BYTES:
        return f"the path of its step is over {MAX_NAME_BYTES} bytes"
    for reply in outcome.replies:
        if len(reply.slot.encode()) > MAX_NAME_BYTES:
            return f"the slot {reply.slot[:40]!r} is over {MAX_NAME_BYTES} bytes"
        if not reply.body.strip():
            return f"the reply {reply.slot[:40]!r} is blank"
        if len(reply.model_dump_json()) > MAX_REPLY_BYTES:
            return f"the reply {reply.slot[:40]!r} is over {MAX_REPLY_BYTES} bytes"
    return None


def bubble(
    turn: TurnRow,
    reply: OutcomeReply,
    seq: int,
    now: datetime,
    by_hand: str | None = None,
    approved_by: str | None = None,
) -> MessageView:
    """Return the message that is shown. It answers the last message of its turn.

    A turn that has a reference failed once: its answer says how late it comes. by_hand is the
    person who wrote it in the bot's place, approved_by the one who approved it.
    """
    late = (now - turn.created_at).total_seconds() if turn.reference is not None else None
    return MessageView(
        id=uuid4(),
        conversation_id=turn.conversation_id,
        seq=seq,
        author=turn.bot,
        author_kind="bot",
        body=without_nul(reply.body),
        created_at=now,
        turn_id=turn.id,
        in_reply_to=turn.answers[-1] if turn.answers else None,
        metadata=keepable(reply.metadata),
        by_hand=by_hand,
        approved_by=approved_by,
        late_seconds=None if late is None else int(late),
    )
