"""`python -m registry.migrate`: makes exactly the tables of the models, or says what it lacks."""

import json
import os
import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

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


def test_publications_that_older_tables_know_are_taken_over(database: str):
    upgrade(database, SCRIPTS)
    engine = create_engine(database)
    cards = [_card("echo", 1, "a"), _card("echo", 2, "b"), _card("echo", 3, "b", removed=True)]
    told = text(
        "insert into outbox (message_id, exchange, key, type, body, claimed_until)"
        " values (gen_random_uuid(), 'x', 'x', 'warren.bot.published.v1', :body, now())"
    )
    serving = text(
        "insert into bot (name, path, status, number, digest, card, errors, text)"
        " values ('old', 'old.yaml', 'serving', 7, 'c', :card, '[]', '')"
    )
    with engine.begin() as connection:
        connection.execute(text("drop table publication, proof"))
        connection.execute(text("update alembic_version set version_num = '0001'"))
        for card in cards:
            connection.execute(told, {"body": card})
        connection.execute(serving, {"card": _card("old", 7, "c")})

    upgrade(database, SCRIPTS)

    query = text("select name, number, digest, note from publication order by name, number")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    engine.dispose()
    assert rows == [
        ("echo", 1, "a", ""),
        ("echo", 2, "b", ""),
        ("echo", 3, None, "the file was removed"),
        ("old", 7, "c", ""),
    ]


def _card(name: str, number: int, revision: str, *, removed: bool = False) -> bytes:
    at = "2026-01-02T03:04:05Z"
    card = {"name": name, "number": number, "revision": revision, "removed": removed}
    purpose = {"purpose": "a NUL \0 in it"}
    return json.dumps(card | {"published_at": at, "persona": purpose}).encode()


def test_without_a_database_it_says_which_variable_to_set():
    ended = migrate()

    assert ended.returncode == 1
    assert "set DATABASE_URL (example:" in ended.stderr
