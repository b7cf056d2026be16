"""Rules that every contract keeps: frozen, open towards our own, closed towards people; keys and
names that fit."""

import importlib
import inspect
import pkgutil
import re
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import warren.contracts
from warren.broker import topology
from warren.contracts import ids, names
from warren.contracts.base import Message, Request, View
from warren.contracts.bot import BotPart

MODULES = [
    importlib.import_module(f"warren.contracts.{one.name}")
    for one in pkgutil.iter_modules(warren.contracts.__path__)
]
MODELS = sorted(
    {
        model
        for module in MODULES
        for _, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, BaseModel) and model.__module__ == module.__name__
    },
    key=lambda model: model.__name__,
)
BASES = {Message, View, Request, BotPart}


def test_all_contracts_are_found():
    assert len(MODELS) > 50


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.__name__)
def test_a_contract_is_frozen(model: type[BaseModel]):
    assert model.model_config.get("frozen") is True


@pytest.mark.parametrize(
    "model", [one for one in MODELS if issubclass(one, Message)], ids=lambda one: one.__name__
)
def test_a_message_keeps_fields_that_it_does_not_know(model: type[Message]):
    assert model.model_config.get("extra") == "allow"
    made = model.model_construct(_fields_set=None, added_later=1)
    assert made.model_dump(include={"added_later"}) == {"added_later": 1}


@pytest.mark.parametrize(
    "model",
    [one for one in MODELS if issubclass(one, Request | BotPart)],
    ids=lambda one: one.__name__,
)
def test_what_people_send_may_hold_no_unknown_key(model: type[BaseModel]):
    assert model.model_config.get("extra") == "forbid"
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        model.model_validate({"an unknown key": 1})


CLASS_NAMES = st.from_regex(names.CLASS_NAME, fullmatch=True)
BOT_NAMES = st.from_regex(names.BOT_NAME, fullmatch=True)


@given(CLASS_NAMES, BOT_NAMES)
def test_the_key_of_a_step_is_two_words_that_its_queue_is_bound_to(class_name: str, bot: str):
    kind = names.kind_of(class_name)
    key = names.step_key(kind, bot)

    assert re.fullmatch(names.KIND, kind)
    assert key.split(".") == [kind, bot]
    assert len(key.encode()) <= 255
    binding = topology.step_binding(kind)
    assert re.fullmatch(binding.key.replace(".", r"\.").replace("*", r"[^.]+"), key)
    assert binding.queue == f"step.{kind}"


def test_ids_are_the_same_for_ever():
    turn = uuid4()
    first = ids.message_id(turn, 1, ("a", "b"), 2, ids.COMMAND)

    assert ids.message_id(turn, 1, ("a", "b"), 2, ids.COMMAND) == first
    others = {
        ids.message_id(turn, 2, ("a", "b"), 2, ids.COMMAND),
        ids.message_id(turn, 1, ("a",), 2, ids.COMMAND),
        ids.message_id(turn, 1, ("a", "b"), 3, ids.COMMAND),
        ids.message_id(turn, 1, ("a", "b"), 2, ids.OUTCOME),
        ids.message_id(uuid4(), 1, ("a", "b"), 2, ids.COMMAND),
    }
    assert first not in others
    assert len(others) == 5
