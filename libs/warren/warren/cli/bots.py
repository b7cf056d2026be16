"""`warren bots`: lint, run, test, graph, fuzz, new. No broker, no database; `run` asks a model.

push, history and rollback ask a Warren: push.py, revisions.py.
"""

import asyncio
import json
from collections.abc import Collection
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from warren.cli import local_model, push, revisions, show
from warren.cli.fuzz import fuzz_bot
from warren.cli.graph import graph_bot
from warren.cli.keep import keep_case
from warren.cli.load import bot_files, catalogues_of, load, revision_of
from warren.cli.scaffold import bot_path, bot_text, called, write_new
from warren.contracts.base import JsonObject
from warren.contracts.bot import BotTest
from warren.contracts.registry import Revision
from warren.step.cases import run_case
from warren.step.fuzz import outside_steps
from warren.step.pipeline import Stop, walk
from warren.step.reach import ASK_MODEL
from warren.step.recording import case_of
from warren.step.revision import bot_of, step_cards
from warren.step.shape import is_object
from warren.step.wording import did_you_mean

app = typer.Typer(no_args_is_help=True)

app.command("fuzz")(fuzz_bot)
app.command("graph")(graph_bot)
app.command("push")(push.push)
app.command("history")(revisions.history)
app.command("rollback")(revisions.rollback)

Files = Annotated[list[Path], typer.Argument(help="Bot files, or folders of them.")]


@app.command("lint")
def lint_files(files: Files) -> None:
    """Check bot files and the step files beside them. Exit code 1 when something is wrong."""
    found = bot_files(files)
    catalogues = catalogues_of(found)
    errors = [fault for folder in catalogues.values() for fault in folder.faults]
    loaded = [load(file, catalogues[file.parent]) for file in found]
    errors.extend(error for each in loaded for error in each.errors)
    for each in errors:
        show.error(each)
    good = sum(1 for each in loaded if each.bot is not None)
    typer.echo(f"{good} of {len(loaded)} bots are good; errors: {len(errors)}")
    if errors or not loaded:
        raise typer.Exit(1)


@app.command("run")
def run_bot(
    file: Annotated[Path, typer.Argument(help="A bot file.")],
    message: Annotated[str | None, typer.Option(help="What a person says to the bot.")] = None,
    payload: Annotated[Path | None, typer.Option(help="A JSON file with the payload.")] = None,
    until: Annotated[str | None, typer.Option(help="Stop after the step with this id.")] = None,
    step: Annotated[str | None, typer.Option(help="Run only the step with this id.")] = None,
    user: Annotated[str, typer.Option(help="Who says --message.")] = "ana",
    record: Annotated[
        str | None, typer.Option(help="Keep the run in the file's `tests:` under this name.")
    ] = None,
) -> None:
    """Run a bot's pipeline here and show what each step changes. Exit code 1 when a step fails."""
    if record is not None and (until or step):
        raise typer.BadParameter("--record keeps whole runs: leave --until and --step out")
    if (message is None) == (payload is None):
        raise typer.BadParameter("give one of --message and --payload")
    revision = revision_of(load(file, catalogues_of([file])[file.parent]))
    ids = [card.id for card in step_cards(bot_of(revision))]
    for wanted in (until, step):
        if wanted is not None and wanted not in ids:
            hint = did_you_mean(wanted, ids) or f"steps: {', '.join(ids)}"
            raise typer.BadParameter(f"no step has the id {wanted!r}; {hint}")
    only = [step] if step else ids[: ids.index(until) + 1] if until else ids
    given = _said(message, user, revision.name) if message is not None else _read(payload)
    asking = {card.id for card in step_cards(bot_of(revision)) if card.class_name in ASK_MODEL}
    if asking.intersection(only):
        address = local_model.ask_it()
        if address:
            typer.secho(f"The model is the one at {address}.", dim=True)
    stops = asyncio.run(_walk(revision, deepcopy(given), only))
    if record is not None:
        typer.echo(_record(file, record, revision, given, stops))


@app.command("test")
def test_bots(files: Files) -> None:
    """Run the `tests:` of bot files, steps mocked as they say. Exit code 1 when one fails."""
    found = bot_files(files)
    catalogues = catalogues_of(found)
    failed = count = 0
    for file in found:
        loaded = load(file, catalogues[file.parent])
        for error in loaded.errors:
            show.error(error)
        if loaded.revision is None:
            failed, count = failed + 1, count + 1
            continue
        revision = loaded.revision
        for case in bot_of(revision).tests:
            result = asyncio.run(run_case(revision, case))
            count += 1
            failed += bool(result.failures)
            mark = "failed" if result.failures else "passed"
            typer.secho(
                f"{mark}  {revision.name}: {case.name}",
                fg=typer.colors.RED if result.failures else typer.colors.GREEN,
            )
            for failure in result.failures:
                typer.echo(f"        {failure}")
    typer.echo(f"{count - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


@app.command("new")
def new_bot(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    folder: Annotated[Path, typer.Option(help="Where bots live.")] = Path("bot_config"),
) -> None:
    """Begin a bot: write a small file that answers. An existing file is never written over."""
    path = bot_path(name, folder)
    write_new(path, bot_text(name, with_schema=(folder / "bot.schema.json").exists()))
    warren = called("warren")
    typer.echo(f"{path} is there: say in it what the bot is for. Then")
    typer.echo(f"  {warren} bots lint {path}    what is wrong, and what to write instead")
    typer.echo(f"  {warren} bots test {path}    its tests; no model, no key")
    typer.echo(f"  {warren} bots run {path} --message hello    what each step does")
    typer.echo("A running Warren takes it into the chat when it lies in its bot_config.")


def _record(file: Path, name: str, revision: Revision, given: JsonObject, stops: list[Stop]) -> str:
    """Keep a run as a test, if the test passes; return what to tell."""
    try:
        case = case_of(name, given, stops, outside_steps(revision))
        result = asyncio.run(run_case(revision, BotTest.model_validate(case)))
        if result.failures:
            raise ValueError(f"run again, the bot does not do the same ({result.failures[0]})")
        return keep_case(file, case)
    except ValueError as exc:
        raise typer.BadParameter(f"{file} was left as it is: {exc}") from exc


async def _walk(revision: Revision, payload: JsonObject, only: Collection[str]) -> list[Stop]:
    cards, stops = step_cards(bot_of(revision)), list[Stop]()
    try:
        async for done in walk(revision, payload, only=only):
            show.stop(done, len(cards))
            stops.append(done)
    except Exception as exc:  # whatever a step raises is what its author wants to see
        card = [each for each in cards if each.id in only][len(stops)]
        where = f"{cards.index(card) + 1}/{len(cards)} {card.id} ({card.class_name})"
        typer.secho(f"{where} failed: {type(exc).__name__}: {exc}", fg=typer.colors.RED)
        if card.class_name in ASK_MODEL and local_model.missing():
            typer.echo(local_model.HOW)
        raise typer.Exit(1) from exc
    return stops


def _said(message: str, user: str, bot: str) -> JsonObject:
    now = datetime.now(UTC).isoformat()
    said = {"id": str(uuid4()), "user": user, "recipient": bot, "body": message, "timestamp": now}
    return {"messages": [said]}


def _read(path: Path | None) -> JsonObject:
    assert path is not None
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        reason = (isinstance(exc, OSError) and exc.strerror) or exc
        raise typer.BadParameter(f"{path} cannot be read: {reason}") from exc
    if not is_object(payload):
        raise typer.BadParameter(f"{path} must hold a JSON object")
    return payload
