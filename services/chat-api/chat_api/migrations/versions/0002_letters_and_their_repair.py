"""Letters that fail again, acts, bulk replays, the audit; who wrote a late answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The audit is append only for everybody, the service itself included.
_REFUSE = """
create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception 'the audit is append only'; end $$
"""
_GUARD = """
create trigger audit_append_only before update or delete or truncate on audit
for each statement execute function refuse_change()
"""


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")  # trusted: the database's owner may
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column(
            "detail", postgresql.JSON(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_subject", "audit", ["subject", "subject_id", "id"], unique=False)
    op.create_table(
        "letter_group_note",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "replay_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("filter", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("plan", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("from_step", sa.String(), nullable=True),
        sa.Column("pace", sa.Float(), nullable=False),
        sa.Column("filled", sa.Boolean(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("stage_sent", sa.Integer(), nullable=False),
        sa.Column("stage_settled", sa.Integer(), nullable=False),
        sa.Column("stage_failed", sa.Integer(), nullable=False),
        sa.Column(
            "next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "replay_job_running",
        "replay_job",
        ["state"],
        unique=False,
        postgresql_where="state = 'running'",
    )
    op.create_table(
        "letter_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("revision", sa.String(), nullable=True),
        sa.Column("patch", sa.LargeBinary(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("from_message_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["dead_letter.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_letter_act_letter_id"), "letter_act", ["letter_id"], unique=False)
    op.create_table(
        "letter_failure",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sameness", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("revision", sa.String(), nullable=True),
        sa.Column("runner", sa.String(), nullable=False),
        sa.Column("error_type", sa.String(), nullable=False),
        sa.Column("error_text", sa.String(), nullable=False),
        sa.Column("error_stack", sa.String(), nullable=False),
        sa.Column("error_frame", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("command", sa.LargeBinary(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["dead_letter.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("letter_id", "number"),
        sa.UniqueConstraint("sameness"),
    )
    op.create_table(
        "replay_item",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["replay_job.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["letter_id"], ["dead_letter.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "letter_id"),
    )
    op.create_index("replay_item_state", "replay_item", ["job_id", "state", "number"], unique=False)
    op.create_index(
        "replay_item_sent",
        "replay_item",
        ["job_id"],
        unique=False,
        postgresql_where="state = 'sent'",
    )
    op.create_index(
        "turn_done",
        "turn",
        ["conversation_id", "bot_id", "created_at"],
        unique=False,
        postgresql_where="state = 'done'",
    )
    op.add_column(
        "dead_letter", sa.Column("failures", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "dead_letter", sa.Column("trigger", sa.String(), server_default="first", nullable=False)
    )
    op.add_column(
        "dead_letter", sa.Column("search", sa.String(), server_default="", nullable=False)
    )
    op.add_column("dead_letter", sa.Column("changed_by", sa.Uuid(), nullable=True))
    op.add_column("dead_letter", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update dead_letter set failed_at = opened_at where failed_at is null")
    op.execute(
        "update dead_letter set status = coalesce(closed_as, 'cancelled') where status = 'closed'"
    )
    op.alter_column(
        "dead_letter",
        "failed_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        nullable=False,
        server_default=sa.text("now()"),
    )
    op.drop_index("dead_letter_open", table_name="dead_letter", postgresql_where="status = 'open'")
    op.create_index("dead_letter_reference", "dead_letter", ["reference"], unique=False)
    op.create_index("dead_letter_bot", "dead_letter", ["bot", "failed_at"], unique=False)
    op.create_index(
        "dead_letter_group",
        "dead_letter",
        ["fingerprint", "status", "failed_at"],
        unique=False,
        postgresql_include=["failures", "opened_at"],
    )
    op.create_index("dead_letter_newest", "dead_letter", ["failed_at", "id"], unique=False)
    op.create_index(
        "dead_letter_search",
        "dead_letter",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index(
        "dead_letter_status", "dead_letter", ["status", "failed_at", "id"], unique=False
    )
    op.create_foreign_key(
        "dead_letter_changed_by_fkey", "dead_letter", "account", ["changed_by"], ["id"]
    )
    op.drop_column("dead_letter", "closed_as")
    op.add_column("message", sa.Column("by_hand", sa.Uuid(), nullable=True))
    op.add_column("message", sa.Column("late_seconds", sa.Integer(), nullable=True))
    op.create_foreign_key("message_by_hand_fkey", "message", "account", ["by_hand"], ["id"])
    op.execute(_REFUSE)
    op.execute(_GUARD)


def downgrade() -> None:
    op.drop_constraint("message_by_hand_fkey", "message", type_="foreignkey")
    op.drop_column("message", "late_seconds")
    op.drop_column("message", "by_hand")
    op.add_column(
        "dead_letter", sa.Column("closed_as", sa.VARCHAR(), autoincrement=False, nullable=True)
    )
    op.drop_constraint("dead_letter_changed_by_fkey", "dead_letter", type_="foreignkey")
    op.drop_index("dead_letter_status", table_name="dead_letter")
    op.drop_index(
        "dead_letter_search",
        table_name="dead_letter",
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.drop_index("dead_letter_newest", table_name="dead_letter")
    op.drop_index("dead_letter_group", table_name="dead_letter")
    op.drop_index("dead_letter_reference", table_name="dead_letter")
    op.drop_index("dead_letter_bot", table_name="dead_letter")
    op.create_index(
        "dead_letter_open",
        "dead_letter",
        ["opened_at"],
        unique=False,
        postgresql_where="status = 'open'",
    )
    op.alter_column(
        "dead_letter",
        "failed_at",
        existing_type=postgresql.TIMESTAMP(timezone=True),
        nullable=True,
        server_default=None,
    )
    op.execute(
        "update dead_letter set closed_as = status, status = 'closed' where status <> 'open'"
    )
    op.drop_column("dead_letter", "changed_at")
    op.drop_column("dead_letter", "changed_by")
    op.drop_column("dead_letter", "search")
    op.drop_column("dead_letter", "trigger")
    op.drop_column("dead_letter", "failures")
    op.drop_index("turn_done", table_name="turn", postgresql_where="state = 'done'")
    op.drop_index("replay_item_sent", table_name="replay_item", postgresql_where="state = 'sent'")
    op.drop_index("replay_item_state", table_name="replay_item")
    op.drop_table("replay_item")
    op.drop_table("letter_failure")
    op.drop_index(op.f("ix_letter_act_letter_id"), table_name="letter_act")
    op.drop_table("letter_act")
    op.drop_index(
        "replay_job_running", table_name="replay_job", postgresql_where="state = 'running'"
    )
    op.drop_table("replay_job")
    op.drop_table("letter_group_note")
    op.drop_index("audit_subject", table_name="audit")
    op.drop_table("audit")
    op.execute("drop function refuse_change")
