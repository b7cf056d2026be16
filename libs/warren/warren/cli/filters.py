"""The options that choose letters: those of the inbox's URL, the same for every command."""

import functools
import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from warren.cli.server import Query
from warren.contracts.letters import LetterFilter

_AGO = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_OPTIONS: dict[str, Any] = {
    "status": Annotated[
        list[str] | None,
        typer.Option(help="open, replaying, resolved, answered, dismissed, …; may be repeated."),
    ],
    "bot": Annotated[str | None, typer.Option(help="The bot's name.")],
    "step": Annotated[str | None, typer.Option(help="The failed step's id.")],
    "group": Annotated[str | None, typer.Option(help="A fingerprint, as `groups` prints it.")],
    "error_type": Annotated[str | None, typer.Option(help="The error's class, exactly.")],
    "reason": Annotated[str | None, typer.Option(help="failed, timeout, crashed, lost, …")],
    "runner": Annotated[str | None, typer.Option(help="The runner where it failed.")],
    "conversation": Annotated[str | None, typer.Option(help="A conversation's id.")],
    "since": Annotated[str | None, typer.Option(help="A time (ISO 8601), or an age such as 2h.")],
    "until": Annotated[str | None, typer.Option(help="A time (ISO 8601), or an age such as 5m.")],
    "q": Annotated[str | None, typer.Option("--q", help="A text in the error or the payload.")],
}


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the filter's options instead of its parameter `chosen`."""

    @functools.wraps(command)
    def with_options(*args: Any, **given: Any) -> None:
        asked = {name: given.pop(name) for name in _OPTIONS}
        command(*args, **given, chosen=filter_of(asked))

    own = inspect.signature(command, eval_str=True)
    kept = [one for one in own.parameters.values() if one.name != "chosen"]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=each)
        for name, each in _OPTIONS.items()
    ]
    kept = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in kept]
    with_options.__dict__["__signature__"] = inspect.Signature([*kept, *options])
    with_options.__annotations__ = {one.name: one.annotation for one in [*kept, *options]}
    return with_options


def filter_of(asked: dict[str, Any]) -> LetterFilter:
    """Return the filter; what it cannot be is a wrong command line, named by its option."""
    given = {name: value for name, value in asked.items() if value}
    for name in ("since", "until"):
        if name in given:
            given[name] = moment(given[name], datetime.now(UTC))
    if "status" in given:
        given["status"] = [part for each in given["status"] for part in each.split(",") if part]
    try:
        return LetterFilter.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        option = str(fault["loc"][0]).replace("_", "-")
        raise typer.BadParameter(f"--{option}: {fault['msg']}") from error


def moment(text: str, now: datetime) -> str:
    """Return a time as ISO 8601: 2h is two hours before now, anything else is taken as it is."""
    age = _AGO.fullmatch(text)
    if age is None:
        return text
    return (now - timedelta(**{_UNITS[age[2]]: int(age[1])})).isoformat()


def query_of(chosen: LetterFilter) -> Query:
    """Return the filter as the URL has it."""
    plain = chosen.model_dump(mode="json", exclude_unset=True)
    return {name: value if isinstance(value, list) else str(value) for name, value in plain.items()}


def is_empty(chosen: LetterFilter) -> bool:
    """Whether the filter lets everything through."""
    return not query_of(chosen)
