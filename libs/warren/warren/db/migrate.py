"""Run a service's Alembic migrations to the newest, one process at a time."""

import os
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine, text


class _Target(BaseSettings):
    """All that a migration needs: where the database is."""

    model_config = SettingsConfigDict(extra="ignore", secrets_dir=os.environ.get("SECRETS_DIR"))

    database_url: SecretStr


def upgrade_from_environment(service: str, scripts: Path) -> None:
    """Upgrade DATABASE_URL, or end the process saying which variable is missing."""
    try:
        target = _Target()  # pyright: ignore[reportCallIssue] # the environment gives it
    except ValidationError:
        sys.exit(
            f"{service}.migrate: set DATABASE_URL"
            f" (example: postgresql+psycopg://{service}:secret@127.0.0.1:26730/{service})"
        )
    upgrade(target.database_url.get_secret_value(), scripts)


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
