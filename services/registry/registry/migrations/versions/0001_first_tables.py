"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def _json(name: str, **more: object) -> sa.Column:
    return sa.Column(name, postgresql.JSON(astext_type=sa.Text()), nullable=False, **more)


def upgrade() -> None:
    op.create_table(
        "bot",
        _text("name"),
        _text("path"),
        _text("status"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("digest", nullable=True),
        sa.Column("card", sa.LargeBinary(), nullable=True),
        _json("errors"),
        _text("text"),
        _moment("published_at", nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_bot_path", "bot", ["path"])
    op.create_table(
        "revision",
        _text("digest"),
        _text("name"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_revision_name", "revision", ["name"])
    op.create_table(
        "kind",
        _text("kind"),
        _text("class_name"),
        sa.Column("served", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )
    op.create_table(
        "runner",
        _text("runner"),
        _json("beat"),
        _moment("seen_at"),
        sa.PrimaryKeyConstraint("runner"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        _text("exchange"),
        _text("key"),
        _text("type"),
        _text("correlation_id", nullable=True),
        _json("headers", server_default="{}"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        _moment("created_at"),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=False),
        _moment("published_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "outbox_unpublished", "outbox", ["id"], postgresql_where=sa.text("published_at is null")
    )
    op.create_index(
        "outbox_log",
        "outbox",
        ["conversation_id", "seq"],
        unique=True,
        postgresql_where=sa.text("seq is not null"),
    )
    op.create_index("outbox_created", "outbox", ["created_at"])


def downgrade() -> None:
    for name in ("outbox", "runner", "kind", "revision", "bot"):
        op.drop_table(name)
