"""`python -m registry.migrate`: makes exactly the tables of the models, or says what it lacks."""

import os
import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from registry.tables import metadata
from services.registry.tests.conftest import SCRIPTS
from warren.db.migrate import upgrade


def migrate(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "registry.migrate"],
        env=kept | environment,
        capture_output=True,
        check=False,
        text=True,
    )


def test_the_migrations_make_the_tables_of_the_models(database: str):
    upgrade(database, SCRIPTS)
    assert migrate(DATABASE_URL=database).returncode == 0, "a second run changes nothing"
    engine = create_engine(database)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_without_a_database_it_says_which_variable_to_set():
    ended = migrate()

    assert ended.returncode == 1
    assert "set DATABASE_URL (example:" in ended.stderr
