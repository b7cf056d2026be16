"""Run a service's Alembic migrations to the newest, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text


def upgrade(url: str, scripts: Path) -> None:
    """Bring the database to the head revision. Idempotent; two at once wait for each other."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(hashtextextended('warren.migrate', 0))"))
        connection.commit()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(
                text("select pg_advisory_unlock(hashtextextended('warren.migrate', 0))")
            )
            connection.commit()
    engine.dispose()
