"""Indexes for what is deleted with letters and sessions; how far a bulk replay is filled."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("replay_item_letter", "replay_item", ["letter_id"], unique=False)
    op.create_index(
        "dead_letter_closed",
        "dead_letter",
        ["closed_at"],
        unique=False,
        postgresql_where="closed_at is not null",
    )
    op.create_index(op.f("ix_ticket_session_id"), "ticket", ["session_id"], unique=False)
    op.add_column("replay_job", sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("replay_job", sa.Column("filled_id", sa.Uuid(), nullable=True))
    op.add_column(
        "replay_job", sa.Column("filled_count", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("replay_job", "filled_count")
    op.drop_column("replay_job", "filled_id")
    op.drop_column("replay_job", "filled_at")
    op.drop_index(op.f("ix_ticket_session_id"), table_name="ticket")
    op.drop_index(
        "dead_letter_closed", table_name="dead_letter", postgresql_where="closed_at is not null"
    )
    op.drop_index("replay_item_letter", table_name="replay_item")
