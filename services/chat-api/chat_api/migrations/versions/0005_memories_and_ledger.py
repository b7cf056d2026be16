"""Memories, the expectation ledger, corrections of messages, groups of letters that are fixed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[sa.DateTime]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default="false", nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    _memories()
    _ledger()
    op.create_table(
        "letter_group_fix",
        _text("fingerprint"),
        _text("fixed_by", nullable=True),
        _moment("fixed_at", nullable=True),
        _moment("tested_at"),
        _text("returned_from", nullable=True),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.add_column("message", _text("original", nullable=True))
    op.add_column(
        "message",
        sa.Column("corrected_by", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True),
    )
    op.create_index(
        "message_corrected",
        "message",
        ["turn_id"],
        postgresql_where=sa.text("corrected_by is not null"),
    )
    op.create_index(
        "turn_record",
        "turn",
        ["bot", "revision", "ended_at"],
        postgresql_include=["created_at", "state", "reference"],
        postgresql_where=sa.text("ended_at is not null"),
    )
    op.create_index(
        "dead_letter_record",
        "dead_letter",
        ["bot", "revision", "step", "opened_at"],
        postgresql_where=sa.text("status not in ('late', 'double')"),
    )


def _memories() -> None:
    op.create_table(
        "memory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("bot_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        _text("text"),
        _text("model"),
        sa.Column("dims", sa.Integer(), nullable=False),
        sa.Column("vector", sa.ARRAY(sa.REAL()), nullable=False),
        sa.Column("turn_id", sa.Uuid(), sa.ForeignKey("turn.id"), nullable=False),
        _text("key"),
        _moment("created_at", now=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id", "bot_id", "key"),
    )
    op.create_index("memory_whose", "memory", ["account_id", "bot_id", "created_at", "id"])
    # Numbers of an embedding cannot be packed, and a row of up to 1,900 of them fits a page: read
    # in place they are found five times as fast.
    op.execute("alter table memory alter column vector set storage external")
    op.execute("alter table memory set (toast_tuple_target = 8160)")


def _ledger() -> None:
    op.create_table(
        "expectation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _text("kind"),
        _moment("at"),
        _text("bot"),
        _text("step"),
        _text("revision"),
        sa.Column("turn_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True),
        _text("expected"),
        _text("actual"),
        sa.Column("distance", sa.Double(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        _flag("in_file"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "expectation_record",
        "expectation",
        ["bot", "revision", "step", "at"],
        postgresql_include=["kind", "distance"],
    )
    op.create_index("expectation_kind", "expectation", ["kind", "id"])
    op.create_index(
        "expectation_thumb",
        "expectation",
        ["by_id", "message_id"],
        unique=True,
        postgresql_where=sa.text("kind in ('thumb_up', 'thumb_down')"),
    )
    op.create_index(
        "expectation_correction",
        "expectation",
        ["message_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'correction'"),
    )


def downgrade() -> None:
    op.drop_index("dead_letter_record", table_name="dead_letter")
    op.drop_index("turn_record", table_name="turn")
    op.drop_index("message_corrected", table_name="message")
    op.drop_column("message", "corrected_by")
    op.drop_column("message", "original")
    for name in ("letter_group_fix", "expectation", "memory"):
        op.drop_table(name)
