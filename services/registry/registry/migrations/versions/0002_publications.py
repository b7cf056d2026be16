"""Publications: who saved which revision of a bot, and when."""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "publication",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", "number"),
    )
    rows = _known_already(op.get_bind())
    if rows:
        op.bulk_insert(table, rows)


def _known_already(connection: sa.Connection) -> list[dict[str, object]]:
    """Return what older tables know: each bot's last card, and the cards told in the last week."""
    bodies = [
        *connection.execute(
            sa.text("select body from outbox where type = 'warren.bot.published.v1' order by id")
        ).scalars(),
        *connection.execute(sa.text("select card from bot where card is not null")).scalars(),
    ]
    found: dict[tuple[str, int], dict[str, object]] = {}
    for body in bodies:
        card = orjson.loads(bytes(body))
        found[card["name"], card["number"]] = {
            "name": card["name"],
            "number": card["number"],
            "digest": None if card["removed"] else card["revision"],
            "published_at": card["published_at"],
            "note": "the file was removed" if card["removed"] else "",
        }
    return list(found.values())


def downgrade() -> None:
    op.drop_table("publication")
