"""Bring the database to the newest tables: `python -m chat_api.migrate`. Safe to run again."""

from pathlib import Path

from warren.db.migrate import upgrade_from_environment

SCRIPTS = Path(__file__).with_name("migrations")

if __name__ == "__main__":
    upgrade_from_environment("chat", SCRIPTS)
