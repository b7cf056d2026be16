from collections.abc import Callable

import pytest
import yaml

from warren.contracts.bot import BotFile
from warren.contracts.registry import Revision
from warren.step.describe import builtin_classes
from warren.step.lint import lint
from warren.step.revision import bot_of, canonical, digest, step_cards, step_source

Make = Callable[..., Revision]

DIGEST = "b4bea3b5cdb8be2a8a9766dd8cd4aa331b91d343c89b3049abdef5348486058d"

BOT = """
name: daisy
steps:
  - class: Draft
  - id: think
    class: Gpt
    config: {model: gpt-4, stop: [b, a]}
    retry: {attempts: 2}
  - class: Shout
"""
SAME = """
# a comment
steps:
  - {class: Draft, config: {}, timeout_seconds: 60.0, on_error: dead_letter}
  - {config: {stop: [b, a], model: "gpt-4"}, retry: {attempts: 2}, class: Gpt, id: think}
  - {class: Shout, id: null}
history: 10
timezone: UTC
persona: {avatar: "🤖", starters: []}
name: daisy
"""


def test_the_same_bot_gives_the_same_digest(revision: Make) -> None:
    assert revision(BOT).digest == revision(SAME).digest


@pytest.mark.parametrize(
    "other",
    [
        BOT.replace("gpt-4", "gpt-5"),
        BOT.replace("[b, a]", "[a, b]"),
        BOT.replace("  - class: Draft\n", ""),
        BOT.replace("think", "ponder"),
        BOT + "history: 11\n",
    ],
)
def test_another_bot_gives_another_digest(revision: Make, other: str) -> None:
    assert revision(BOT).digest != revision(other).digest


def test_a_digest_is_for_ever(revision: Make) -> None:
    """A change of this value orphans every stored revision, and turns in flight with them."""
    assert revision(BOT).digest == DIGEST


def test_only_step_files_that_are_used_count(revision: Make) -> None:
    with_used = revision(BOT, Shout="x = 1")

    assert with_used.digest != revision(BOT).digest
    assert with_used.digest != revision(BOT, Shout="x = 2").digest
    assert with_used.digest == revision(BOT, Shout="x = 1", Other="y = 1").digest
    assert [source.class_name for source in with_used.sources] == ["Shout"]


def test_the_order_of_sources_does_not_matter() -> None:
    one, two = step_source("A", "a"), step_source("B", "b")

    assert digest("name: x\n", [one, two]) == digest("name: x\n", [two, one])
    assert digest("name: x\n", [one, two]) != digest("name: x\n", [one])


def test_the_canonical_yaml_is_the_bot_again(revision: Make) -> None:
    made = revision(BOT)

    assert yaml.safe_load(made.yaml) == made.bot
    again, errors = lint(made.yaml, "daisy.yaml", {**builtin_classes(), "Shout": SHOUT})
    assert errors == ()
    assert again == bot_of(made)


def test_prompts_survive_canonical_yaml_to_the_letter() -> None:
    prompt = (
        '  lead\n{username}: {"a": 1} \n\ttab\n# metadata\nend  \n\n' + "long " * 300 + "on: 12:30"
    )
    bot = BotFile.model_validate(
        {"name": "daisy", "steps": [{"class": "Guide", "config": {"before": prompt}}]}
    )

    assert yaml.safe_load(canonical(bot))["steps"][0]["config"]["before"] == prompt


def test_cards_have_ids_and_kinds(revision: Make) -> None:
    cards = step_cards(bot_of(revision(BOT)))

    assert [(card.id, card.kind, card.class_name, card.attempts) for card in cards] == [
        ("draft", "draft", "Draft", 4),
        ("think", "gpt", "Gpt", 2),
        ("shout", "shout", "Shout", 4),
    ]


SHOUT = builtin_classes()["Draft"].model_copy(update={"class_name": "Shout", "config_schema": {}})
