"""Bring the database to the newest tables: `python -m registry.migrate`. Safe to run again."""

from pathlib import Path

from warren.db.migrate import upgrade_from_environment

if __name__ == "__main__":
    upgrade_from_environment("registry", Path(__file__).with_name("migrations"))
