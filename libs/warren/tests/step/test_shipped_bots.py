"""The bots in bot_config/: they lint, their own tests pass, and what they promise is true."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warren.step.cases import run_case
from warren.step.catalogue import Catalogue, read_catalogue
from warren.step.lint import lint
from warren.step.revision import build

FOLDER = Path(__file__).parents[4] / "bot_config"
FILES = sorted(FOLDER.glob("*.yaml"))
TEXTS = {file: file.read_text() for file in FILES}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return asyncio.run(read_catalogue(FOLDER))


def test_the_bots_that_ship() -> None:
    assert [file.stem for file in FILES] == [
        "atlas", "concierge", "echo", "flash-card-tutor", "gratitude-journal", "helpdesk",
        "in-short", "letter-desk", "mechanic", "memo", "planner", "postie", "reading-time",
        "stumble",
    ]  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_shipped_bot_is_complete_and_passes_its_tests(
    file: Path, catalogue: Catalogue
) -> None:
    bot, errors = lint(TEXTS[file], file.name, catalogue.classes)

    assert errors == ()
    assert bot is not None
    assert bot.name == file.stem
    assert all((bot.persona.display_name, bot.persona.purpose, bot.tests))
    if bot.on == "message":  # nobody writes to the others
        assert all((bot.persona.greeting, bot.persona.starters))
    made = build(bot, catalogue.sources, datetime.now(UTC))
    for case in bot.tests:
        assert (await run_case(made, case)).failures == (), case.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_prompts_are_short_enough_for_a_small_machine(file: Path) -> None:
    assert len(TEXTS[file].split("tests:")[0]) < 2_500
