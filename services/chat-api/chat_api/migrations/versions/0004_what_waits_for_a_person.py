"""Drafts and questions, the takeover of conversations, who approves what a bot says."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WAITING = sa.text("status = 'waiting'")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default="false", nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default=default, nullable=False)


def _person(name: str) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("account.id"), nullable=True)


def _moment(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.add_column("bot", _flag("approval"))
    for column in (
        _count("undecided"),
        _person("taken_by"),
        _moment("taken_at"),
        _moment("taken_until"),
        sa.Column("taken_then", sa.String(), nullable=True),
    ):
        op.add_column("conversation", column)
    op.create_index(
        "conversation_taken",
        "conversation",
        ["taken_until"],
        postgresql_where=sa.text("taken_by is not null"),
    )
    for column in (
        _flag("approval"),
        _person("approver_id"),
        _count("undecided"),
        sa.Column("waiting_for", sa.String(), nullable=True),
    ):
        op.add_column("turn", column)
    op.add_column("message", _person("approved_by"))
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        _text("status", "waiting"),
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("turn_id", sa.Uuid(), sa.ForeignKey("turn.id"), nullable=True),
        _person("bot_id"),
        _text("bot"),
        _text("revision"),
        sa.Column("run", sa.Integer(), nullable=False),
        _text("step"),
        _text("step_path"),
        _text("slot"),
        _person("asked_id"),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("meta", sa.LargeBinary(), nullable=True),
        sa.Column("form", sa.LargeBinary(), nullable=True),
        sa.Column("send_to", sa.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("command", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        _person("decided_by"),
        _moment("decided_at"),
        sa.Column("decided_body", sa.String(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        _text("reason"),
        _flag("spent"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_decision_conversation_id"), "decision", ["conversation_id"])
    op.create_index(op.f("ix_decision_turn_id"), "decision", ["turn_id"])
    op.create_index(
        "decision_place",
        "decision",
        ["turn_id", "step_path", "slot"],
        unique=True,
        postgresql_where=_WAITING,
    )
    op.create_index("decision_waiting", "decision", ["created_at", "id"], postgresql_where=_WAITING)
    op.create_index("decision_here", "decision", ["conversation_id"], postgresql_where=_WAITING)
    op.create_index("decision_asked", "decision", ["asked_id", "created_at"])


def downgrade() -> None:
    op.drop_table("decision")
    op.drop_column("message", "approved_by")
    for name in ("waiting_for", "undecided", "approver_id", "approval"):
        op.drop_column("turn", name)
    op.drop_index("conversation_taken", table_name="conversation")
    for name in ("taken_then", "taken_until", "taken_at", "taken_by", "undecided"):
        op.drop_column("conversation", name)
    op.drop_column("bot", "approval")
