"""What bots that work on bots have looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_look",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("bot_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("turn_id", sa.Uuid(), sa.ForeignKey("turn.id"), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("fingerprint", "bot_id"),
        sa.UniqueConstraint("turn_id"),
    )


def downgrade() -> None:
    op.drop_table("letter_look")
