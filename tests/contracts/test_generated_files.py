"""What is generated stands in the repository as it would be written now, and says what is true."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from warren.broker.rights import ACCOUNTS
from warren.broker.topology import topology
from warren.generate import asyncapi, bot_schema
from warren.generate.targets import TARGETS, Target
from warren.step.marked_yaml import read

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.path.name)
def test_a_generated_file_is_fresh(target: Target):
    if not target.possible(ROOT):
        pytest.skip(f"{target.needs} is not installed")

    assert target.fresh(ROOT), f"{target.path} is stale: run make contracts and commit it"


def test_check_names_a_stale_file_and_writing_makes_it_fresh(tmp_path: Path):
    target = Target(Path("docs/x.json"), asyncapi.render)

    assert not target.fresh(tmp_path)
    target.write(tmp_path)
    assert target.fresh(tmp_path)
    (tmp_path / target.path).write_text("something older")
    assert not target.fresh(tmp_path)


def test_the_command_says_what_is_fresh():
    done = subprocess.run(
        [sys.executable, "-m", "warren.generate", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "fresh    bot_config/bot.schema.json" in done.stdout


def test_the_same_models_give_the_same_text():
    assert asyncapi.render(ROOT) == asyncapi.render(ROOT)
    assert bot_schema.render(ROOT) == bot_schema.render(ROOT)


@pytest.mark.parametrize("file", sorted((ROOT / "bot_config").glob("*.yaml")), ids=lambda f: f.name)
def test_every_bot_that_ships_passes_its_schema(file: Path):
    schema = json.loads(bot_schema.render(ROOT))
    Draft202012Validator.check_schema(schema)

    faults = list(Draft202012Validator(schema).iter_errors(read(file.read_text()).data))

    assert faults == []


def properties(part: Any, at: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Return every property of a schema, its parts in $defs included, by where it stands."""
    found = [(f"{at}.{name}", one) for name, one in part.get("properties", {}).items()]
    for name, one in part.get("$defs", {}).items():
        found += properties(one, name) if "." not in name else []  # part of a class's own config
    return found


def test_editors_can_explain_every_key_of_a_bot_file_and_show_an_example():
    schema = json.loads(bot_schema.render(ROOT))

    found = properties(schema)

    assert len(found) > 30
    assert [at for at, one in found if not one.get("description")] == []
    assert [at for at, one in found if not one.get("examples")] == []
    for at, one in found:
        validator = Draft202012Validator({**one, "$defs": schema["$defs"]})
        assert all(validator.is_valid(example) for example in one["examples"]), at


@pytest.mark.parametrize(
    "bot",
    [
        {"name": "x1"},
        {"name": "Bad Name", "steps": [{"class": "Reply"}]},
        {"name": "x1", "steps": []},
        {"name": "x1", "steps": [{"clas": "Reply"}]},
        {"name": "x1", "steps": [{"class": "Reply"}], "tempo": 1},
        {"name": "x1", "steps": [{"class": "Reply", "timeout_seconds": 0}]},
    ],
)
def test_the_schema_refuses_what_lint_refuses(bot: dict[str, Any]):
    validator = Draft202012Validator(json.loads(bot_schema.render(ROOT)))

    assert not validator.is_valid(bot)


def test_the_schema_knows_the_config_of_built_in_classes_and_leaves_own_ones_alone():
    validator = Draft202012Validator(json.loads(bot_schema.render(ROOT)))

    def valid(step: dict[str, Any]) -> bool:
        return validator.is_valid({"name": "x1", "steps": [step]})

    assert valid({"class": "Gpt", "config": {"model": "gpt-4"}})
    assert not valid({"class": "Gpt", "config": {"modle": "gpt-4"}})
    assert not valid({"class": "Http"})  # its config has to have a url
    assert valid({"class": "AskHuman", "config": {"question": "?", "form": {"a": {}}}})
    assert not valid({"class": "AskHuman", "config": {"question": "?", "form": {"a": {"b": 1}}}})
    assert valid({"class": "MyOwn", "config": {"modle": "gpt-4"}})


def refs(part: object) -> list[str]:
    match part:
        case {"$ref": str(ref), **rest}:
            return [ref, *refs(rest)]
        case dict():
            return [ref for value in part.values() for ref in refs(value)]
        case list():
            return [ref for value in part for ref in refs(value)]
        case _:
            return []


def resolve(document: dict[str, Any], ref: str) -> Any:
    found: Any = document
    for name in ref.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_every_reference_in_the_asyncapi_document_leads_somewhere():
    document = asyncapi.document()

    found = refs(document)

    assert len(found) > 100
    assert all(resolve(document, ref) for ref in found)


def test_every_payload_is_a_valid_schema():
    for schema in asyncapi.document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_the_document_tells_of_every_exchange_but_the_rungs():
    told = {spot.exchange for spot in asyncapi.SPOTS}

    assert told == {one.name for one in topology().exchanges if not one.name.startswith("retry.")}


def test_no_operation_goes_beyond_the_rights_of_its_account():
    """Who the document says sends to an exchange may write to it, and nobody else of ours may."""
    import re

    accounts = {one.name: one for one in ACCOUNTS if one.name not in ("admin", "monitor")}
    names = {"chat-api": "chat", "registry": "registry", "bot-runner": "runner"}
    for spot in asyncapi.SPOTS:
        may = {name for name, one in accounts.items() if re.search(one.write, spot.exchange)}
        assert may == {names[one] for one in spot.senders}, spot.exchange
