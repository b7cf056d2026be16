"""The revisions make exactly the tables that the code knows."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from chat_api.all_tables import metadata
from chat_api.migrate import SCRIPTS
from warren.db.migrate import upgrade


def test_the_tables_are_those_of_the_code_and_upgrading_again_changes_nothing(shared_database):
    upgrade(shared_database, SCRIPTS)
    engine = create_engine(shared_database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_there_is_one_newest_revision():
    assert len(ScriptDirectory(str(SCRIPTS)).get_heads()) == 1
