"""Lint: what is wrong with a bot file, where, and what to type instead. Pure; runs no user code.

`warren bots lint`, the registry and the browser's editor all ask here.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from warren.contracts.bot import BotFile
from warren.contracts.registry import LintError
from warren.step.bot_keys import example_of, known_keys, where_it_belongs
from warren.step.check_classify import check_classify
from warren.step.check_delegate import check_delegate
from warren.step.check_file import check_file, check_on_error
from warren.step.check_http import check_http
from warren.step.check_secrets import check_secrets
from warren.step.check_template import check_template
from warren.step.check_tests import check_tests
from warren.step.describe import ClassDescription
from warren.step.faults import Fault
from warren.step.inside_value import place_inside
from warren.step.marked_yaml import Marked, Path, read
from warren.step.shape import is_array, is_object
from warren.step.wording import Finding, did_you_mean, from_pydantic, from_schema, wrong_type

MAX_ERRORS = 100  # of one file; whoever has more begins at the top anyway


def lint(
    text: str, file: str, classes: Mapping[str, ClassDescription]
) -> tuple[BotFile | None, tuple[LintError, ...]]:
    """Return the bot, or None and its errors: all of them, in the order of the file, one a place.

    classes has every known class by name, built in and custom. file is what the errors call the
    file. Never raises. Costs up to seconds for the largest file: services call it in a thread.
    """
    marked = read(text)
    faults = list(marked.faults)
    bot: BotFile | None = None
    if is_object(marked.data):
        bot, findings = _model(marked.data, classes)
        findings.extend(_meaning(marked, classes))
        causes = _first_causes(findings, marked.merged)
        faults.extend(_placed(finding, marked, text) for finding in causes)
    elif marked.data is not None or not faults:
        faults.append(_placed(wrong_type((), marked.data, "an object of keys"), marked, text))
    if faults:
        return None, _told(faults, text, file)
    return bot, ()


def _model(
    data: dict[str, Any], classes: Mapping[str, ClassDescription]
) -> tuple[BotFile | None, list[Finding]]:
    """Return the bot, or None and what its model says. JSON mode is strict: "10" is not 10."""
    try:
        return BotFile.model_validate_json(orjson.dumps(data), strict=True), []
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        return None, [
            _hinted(from_pydantic(error, _value_at(data, error["loc"]), known), data, classes)
            for error in errors
            if not _follows(error, data)
            for known in [known_keys(error["loc"])]
        ]
    except (TypeError, ValueError):  # half characters, which have a fault of their own already
        return None, []


def _hinted(
    finding: Finding, data: dict[str, Any], classes: Mapping[str, ClassDescription]
) -> Finding:
    """Return the finding with what to type, where an example or another place tells."""
    path = finding.path
    if finding.at_key and "did you mean" not in finding.hint:
        name = _value_at(data, (*path[:-1], "class"))
        schema = classes[name].config_schema if isinstance(name, str) and name in classes else {}
        return finding._replace(hint=where_it_belongs(path, schema) or finding.hint)
    if finding.missing and not finding.hint:
        example = example_of((*path, finding.missing)) or "…"
        return finding._replace(hint=f"add `{finding.missing}: {example}`")
    example = "" if finding.hint else example_of(path)
    return finding._replace(hint=f"for example {example}") if example else finding


def _meaning(marked: Marked, classes: Mapping[str, ClassDescription]) -> Iterator[Finding]:
    """Yield what no model can know: classes, ids, configs, the zone, the tests' mocks."""
    data = marked.data
    zone = data.get("timezone")
    if isinstance(zone, str) and not _is_zone(zone):
        yield Finding(("timezone",), f'unknown timezone "{zone}"', _zone_hint(zone))
    steps: Any = data.get("steps")
    seen: dict[str, Path] = {}
    for index, step in enumerate(steps if is_array(steps) else []):
        if is_object(step):
            yield from _step(step, ("steps", index), classes)
            yield from _kind(data, index, classes)
            yield from _step_id(step, ("steps", index), seen, marked)
    yield from check_file(data)
    yield from check_tests(data, seen, classes)
    yield from check_secrets(data)


def _step(
    step: dict[str, Any], path: Path, classes: Mapping[str, ClassDescription]
) -> Iterator[Finding]:
    name, config = step.get("class"), step.get("config", {})
    if "on_error" in step:
        yield from check_on_error(step["on_error"], (*path, "on_error"))
    if not isinstance(name, str):
        return
    if name not in classes:
        known = f"known classes: {', '.join(sorted(classes))}"
        hint = did_you_mean(name, classes) or f"{known}; or begin it: warren steps new {name}"
        yield Finding((*path, "class"), f'unknown step class "{name}"', hint)
    elif classes[name].config_schema and is_object(config):
        yield from from_schema(classes[name].config_schema, config, (*path, "config"))


def _kind(
    data: dict[str, Any], index: int, classes: Mapping[str, ClassDescription]
) -> Iterator[Finding]:
    """Yield what only the kind of step knows. A class of one's own with its name is none of it."""
    step, path = data["steps"][index], ("steps", index)
    name = str(step.get("class"))
    if name not in classes or not classes[name].builtin:
        return
    if name == "Template":
        before = [each for each in data["steps"][:index] if is_object(each)]
        yield from check_template(step, path, before, classes)
    elif name == "Http":
        yield from check_http(step, path)
    elif name == "Classify":
        yield from check_classify(step, path)
    elif name == "Delegate":
        yield from check_delegate(step, path, data.get("name"))


def _step_id(
    step: dict[str, Any], path: Path, seen: dict[str, Path], marked: Marked
) -> Iterator[Finding]:
    name, own = step.get("class"), step.get("id")
    step_id = own if isinstance(own, str) else name.lower() if isinstance(name, str) else None
    if step_id is None:
        return
    if step_id in seen:
        first = marked.place(seen[step_id]).line
        yield Finding(
            (*path, "id" if isinstance(own, str) else "class"),
            f'two steps have the id "{step_id}"',
            f"the other is on line {first}; give this one its own, such as `id: {step_id}-2`",
        )
    seen.setdefault(step_id, path)


def _first_causes(findings: list[Finding], merged: frozenset[Path]) -> Iterator[Finding]:
    """Yield the findings without those that follow from another: `clas:` is not also a missing
    `class`, and a key that stands beside an empty `config` is why it is empty.
    """
    meant = {
        (finding.path[:-1], finding.hint) for finding in findings if finding.at_key and finding.hint
    }
    secrets = {finding.path for finding in findings if finding.secret}
    beside = {
        (*finding.path[:-1], "config")
        for finding in findings
        if finding.at_key and "belongs under `config`" in finding.hint
    }
    for finding in findings:
        if finding.missing and (
            finding.path in merged or (finding.path, f'did you mean "{finding.missing}"?') in meant
        ):
            continue
        if finding.at_key and finding.path in secrets:
            continue
        if finding.path in beside and not finding.at_key:
            continue
        yield finding


def _placed(finding: Finding, marked: Marked, text: str) -> Fault:
    place = marked.key_place(finding.path) if finding.at_key else marked.place(finding.path)
    if finding.within is not None:
        place = place_inside(text, place, _value_at(marked.data, finding.path), *finding.within)
    return Fault(place, finding.message, finding.hint)


def _told(faults: list[Fault], text: str, file: str) -> tuple[LintError, ...]:
    lines = text.splitlines()
    by_place = {
        fault.place: fault for fault in reversed(faults)
    }  # of several at one place, the first
    return tuple(
        LintError(
            file=file,
            line=place.line,
            column=place.column,
            message=fault.message,
            hint=fault.hint,
            source_line=lines[place.line - 1] if place.line <= len(lines) else "",
        )
        for place, fault in sorted(by_place.items())[:MAX_ERRORS]
    )


def _follows(error: ErrorDetails, data: Any) -> bool:
    """Return whether pydantic counts a list as too short only because an item in it is wrong, or
    tells of each way that `on_error` could have been meant: check_on_error knows which was.
    """
    if error["loc"][:1] == ("steps",) and error["loc"][2:3] == ("on_error",):
        return True
    value = _value_at(data, error["loc"])
    return error["type"] == "too_short" and is_array(value) and len(value) > 0


def _value_at(data: Any, path: Path) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a folder of zones, an absolute path, nothing at all
        return False
    return True


def _zone_hint(zone: str) -> str:
    hint = did_you_mean(zone, sorted(available_timezones()))
    return hint or "an IANA name, such as Australia/Melbourne"
