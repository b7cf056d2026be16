"""Messages as rows: written by posting and gate, read by history and conversation lists."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select

from chat_api.tables import account, message
from warren.contracts.chat import MessageView

_writer = account.alias("writer")
_approver = account.alias("approver")
_corrector = account.alias("corrector")


def select_messages() -> Select[Any]:
    """Return a select of messages with their authors, to be narrowed and read by view()."""
    return (
        select(
            message,
            account.c.username.label("author"),
            account.c.kind,
            _writer.c.username.label("writer"),
            _approver.c.username.label("approver"),
            _corrector.c.username.label("corrector"),
        )
        .join_from(message, account, account.c.id == message.c.author_id)
        .join(_writer, _writer.c.id == message.c.by_hand, isouter=True)
        .join(_approver, _approver.c.id == message.c.approved_by, isouter=True)
        .join(_corrector, _corrector.c.id == message.c.corrected_by, isouter=True)
    )


def view(row: RowMapping) -> MessageView:
    """Return a row of select_messages() as the API shows it."""
    return MessageView(
        id=row["id"],
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        author=row["author"],
        author_kind=row["kind"],
        body=row["body"],
        created_at=row["created_at"],
        turn_id=row["turn_id"],
        in_reply_to=row["in_reply_to"],
        client_id=row["client_id"],
        metadata=row["metadata"],
        edited_at=row["edited_at"],
        by_hand=row["writer"],
        late_seconds=row["late_seconds"],
        approved_by=row["approver"],
        corrected_by=row["corrector"],
        original=row["original"],
    )


def values(author_id: UUID, shown: MessageView, step_path: str, slot: str) -> dict[str, Any]:
    """Return the columns of a bot's message as it is shown."""
    return {
        "id": shown.id,
        "conversation_id": shown.conversation_id,
        "seq": shown.seq,
        "author_id": author_id,
        "body": shown.body,
        "created_at": shown.created_at,
        "client_id": shown.client_id,
        "turn_id": shown.turn_id,
        "step_path": step_path,
        "slot": slot,
        "in_reply_to": shown.in_reply_to,
        "metadata": shown.metadata,
        "late_seconds": shown.late_seconds,
    }
