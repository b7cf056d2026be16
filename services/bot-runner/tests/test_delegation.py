"""A slip that goes from bot to bot: its log stays one chain of patches, the way back known."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot_runner.delegation import (
    MAX_DEPTH,
    child_command,
    child_payload,
    refusal,
    returning_command,
    said_to_parent,
)
from bot_runner.incoming import command_id
from bot_runner.standstill import Asks
from warren.contracts.registry import BotCard
from warren.contracts.slip import AttemptOutcome, LogEntry, SaidReply, StepCommand
from warren.step.patch import Patch, apply, diff
from warren.testing.commands import first_command
from warren.testing.registry_double import card_of, revision_of

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b/c", "~"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xy/~"), inner),
    max_leaves=6,
)
PAYLOADS = st.dictionaries(st.sampled_from(["draft", "chatml", "x", "a/b"]), VALUES, max_size=4)


def bot(name: str) -> BotCard:
    return card_of(revision_of(name, [{"class": "Draft"}]))


def entry(command: StepCommand, outcome: AttemptOutcome, patch: Patch = ()) -> LogEntry:
    return LogEntry(
        step=command.step,
        kind=command.kind,
        path=command.path,
        position=command.position,
        revision=command.revision,
        runner="r",
        queued_at=NOW,
        started_at=NOW,
        ended_at=NOW,
        outcome=outcome,
        patch=patch,
    )


def done(command: StepCommand, payload: Any) -> StepCommand:
    """The next step's command, as after a step that left this payload."""
    patch = diff(command.payload, payload)
    first = command.payload if command.first_input is None else command.first_input
    log = (*command.log, entry(command, "done", patch))
    changes = {"payload": payload, "log": log, "first_input": first, "answer": None}
    return command.model_copy(update={**changes, "position": command.position + 1})


def delegated(command: StepCommand, asked: Any) -> StepCommand:
    """The command of a new bot's first step."""
    card = bot(f"bot-{len(command.stack)}")
    payload = child_payload(Asks(bot=card.name, payload=asked), card)
    made = entry(command, "delegated", diff(command.payload, payload))
    return child_command(command, card, payload, made)


def returned(command: StepCommand, payload: Any) -> StepCommand:
    """The command of the bot that asked, after the child's last step left this payload."""
    said = said_to_parent(command, (SaidReply(body="said"),))
    last = entry(said, "done", diff(said.payload, payload))
    return returning_command(said, payload, last)


def rebuilt(command: StepCommand) -> Any:
    """What the log makes of the first input."""
    payload = command.payload if command.first_input is None else command.first_input
    for one in command.log:
        payload = apply(payload, one.patch)
    return payload


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_bots_ask_one_another_the_log_rebuilds_the_payload(data: st.DataObject):
    command = first_command(revision_of("root", [{"class": "Draft"}]))
    before: list[StepCommand] = []

    for _ in range(data.draw(st.integers(1, 10))):
        may_ask = len(before) < MAX_DEPTH and command.answer is None
        acts = ["done", *(["delegate"] if may_ask else [])]
        act = data.draw(st.sampled_from([*acts, *(["return"] if before else [])]))
        payload = data.draw(PAYLOADS)
        if act == "done":
            command = done(command, payload)
        elif act == "delegate":
            before.append(command)
            command = delegated(command, {"messages": [{"user": "ana", "body": "?"}], **payload})
        else:
            asked = before.pop()
            command = returned(command, payload)
            assert (command.payload, command.position) == (asked.payload, asked.position)
            assert (command.path, command.stack) == (asked.path, asked.stack)
            assert command.stream == asked.stream
            assert command_id(command) != command_id(asked)
        assert rebuilt(command) == command.payload
        assert len(command.path) == len(command.stack) == len(before)


def test_the_bot_that_asked_is_given_all_replies_in_order():
    child = delegated(first_command(revision_of("root", [{"class": "Draft"}])), {"messages": []})

    child = said_to_parent(child, (SaidReply(body="one"),))
    back = returned(child, {})

    assert back.answer is not None
    assert back.answer.value["bot"] == "bot-0"
    assert [one["body"] for one in back.answer.value["replies"]] == ["one", "said"]
    assert (back.bot, back.path, back.stream) == ("root", (), True)


def test_a_step_that_has_its_answer_cannot_ask_again():
    child = delegated(first_command(revision_of("root", [{"class": "Draft"}])), {"messages": []})

    fault = refusal(returned(child, {}), Asks(bot="another", payload={}), bot("another"))

    assert fault is not None
    assert fault.facts.type == "DelegationLoop"


def test_a_child_shows_nothing_while_it_writes():
    child = delegated(first_command(revision_of("root", [{"class": "Draft"}])), {"messages": []})

    assert not child.stream
    assert child.path == ("draft",)


@pytest.mark.parametrize(
    ("names", "asked", "kind", "words"),
    [
        (["a1"], "a1", "DelegationLoop", "a1 → a1"),
        (["a1", "b1", "c1"], "a1", "DelegationLoop", "a1 → b1 → c1 → a1"),
        (["a1", "b1", "c1"], "b1", "DelegationLoop", "a1 → b1 → c1 → b1"),
        (["a1", "b1", "c1", "d1", "e1"], "f1", None, ""),
        (
            ["a1", "b1", "c1", "d1", "e1", "f1"],
            "g1",
            "DelegationTooDeep",
            "a1 → b1 → c1 → d1 → e1 → f1 → g1",
        ),
        (["a1"], None, "NoSuchBot", "there is no bot with the handle 'x'"),
    ],
)
def test_who_may_be_asked(names: list[str], asked: str | None, kind: str | None, words: str):
    command = first_command(revision_of(names[0], [{"class": "Draft"}]))
    for name in names[1:]:
        card = bot(name)
        command = child_command(command, card, {}, entry(command, "delegated"))

    fault = refusal(command, Asks(bot=asked or "x", payload={}), bot(asked) if asked else None)

    assert (fault and fault.facts.type) == kind
    assert words in (fault.facts.text if fault else "")
    assert fault is None or not fault.transient
