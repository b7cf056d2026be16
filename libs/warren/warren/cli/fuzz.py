"""`warren bots fuzz`: throw odd messages at a bot, and keep what broke as tests."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from warren.cli.keep import keep_case
from warren.cli.load import catalogues_of, load, revision_of
from warren.contracts.base import JsonObject
from warren.contracts.registry import Revision
from warren.step.fuzz import Broken, fuzz, given, mocks, outside_steps

SHOWN = 10  # of what broke alike, one each; more would be no help
CASES = 1000


def fuzz_bot(
    file: Annotated[Path, typer.Argument(help="A bot file.")],
    cases: Annotated[int, typer.Option(min=1, max=100_000, help="How many cases.")] = CASES,
    seed: Annotated[int, typer.Option(help="The same seed gives the same cases.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Write what broke into `tests:`.")] = False,
) -> None:
    """Throw empty, huge, hostile, multilingual and out-of-order messages at a bot.

    What asks the outside is mocked and answers oddly, too. Exit code 1 when something broke.
    """
    revision = revision_of(load(file, catalogues_of([file])[file.parent]))
    broken = asyncio.run(_all(revision, cases, seed))
    for one in list(broken.values())[:SHOWN]:
        typer.secho(f"broke: {one.error} (in {one.step}; {one.case.kind} message)", fg="red")
        typer.echo(f"    {_excerpt(one)}")
        if keep:
            typer.echo(f"    {_keep(file, revision, one)}")
    typer.echo(f"{cases} cases, seed {seed}: {len(broken)} different faults")
    if broken:
        if not keep:
            typer.echo("Keep them as tests with --keep.")
        raise typer.Exit(1)


async def _all(revision: Revision, cases: int, seed: int) -> dict[str, Broken]:
    """Return one case of each fault."""
    broken: dict[str, Broken] = {}
    async for one in fuzz(revision, cases, seed):
        if one is not None:
            broken.setdefault(re.sub(r"\d+", "#", one.error), one)
    return broken


def _keep(file: Path, revision: Revision, one: Broken) -> str:
    try:
        return keep_case(file, _as_test(revision, one))
    except ValueError as exc:
        return f"not kept: {exc}"


def _as_test(revision: Revision, one: Broken) -> JsonObject:
    said = [{"user": each["user"], "body": each["body"]} for each in one.case.messages]
    answers = mocks(one.case, outside_steps(revision))
    return {
        "name": f"survives: {one.error}"[:80],
        "given": {**given(one.case), "messages": said},
        **({"mock": answers} if answers else {}),
        "expect": {"reply": {"body": {"matches": "(?s).+"}}},
    }


def _excerpt(one: Broken) -> str:
    body = repr(one.case.messages[-1]["body"])
    return body if len(body) <= 120 else f"{body[:120]}… ({len(body)} characters)"
