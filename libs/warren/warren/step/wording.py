"""Say in plain words what pydantic or JSON Schema found in a bot file. Pure; used by lint."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError
from pydantic_core import ErrorDetails
from referencing import Registry
from referencing.exceptions import Unresolvable

from warren.contracts.base import JsonObject
from warren.step.durations import days_in, seconds_in
from warren.step.examples import written
from warren.step.marked_yaml import Path
from warren.step.shape import is_array, is_object


class Finding(NamedTuple):
    """What is wrong at a path. at_key: the key itself is meant, not its value. within: line and
    column in the text that stands there. secret: a secret stands there, which is fault enough.
    """

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False
    missing: str = ""
    within: tuple[int, int] | None = None
    secret: bool = False


PATTERNS = {
    "name": (
        "a bot's name is 2 to 63 small letters, digits and hyphens, and begins with a letter",
        re.compile(r"[^a-z0-9]+"),
    ),
    "id": (
        "a step's id is 1 to 40 small letters, digits, hyphens and underscores",
        re.compile(r"[^a-z0-9_]+"),
    ),
    "class": (
        "a class is a Python name of at most 40 letters, digits and underscores",
        re.compile(r"^.*\.|\W+"),
    ),
    "approver": (
        "an approver is one username: small letters, digits, dots, hyphens and underscores",
        re.compile(r"^@|[^a-z0-9_.-]+"),
    ),
}
_KEPT_CASE = ("class",)
_BOUNDS = {
    "greater_than": ("must be more than {gt}", "gt"),
    "greater_than_equal": ("must be at least {ge}", "ge"),
    "less_than": ("must be less than {lt}", "lt"),
    "less_than_equal": ("must be at most {le}", "le"),
    "string_too_short": ("must have at least {min_length} characters", "min_length"),
    "string_too_long": ("must have at most {max_length} characters", "max_length"),
    "too_long": ("must have at most {max_length} items", "max_length"),
}
_SCHEMA_BOUNDS = {
    "exclusiveMinimum": "must be more than {}",
    "minimum": "must be at least {}",
    "exclusiveMaximum": "must be less than {}",
    "maximum": "must be at most {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
}

_EXPECTED = {
    "string_type": "text",
    "string": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "integer": "a whole number",
    "float_type": "a number",
    "number": "a number",
    "bool_type": "true or false",
    "boolean": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "array": "a list",
    "dict_type": "an object of keys",
    "model_type": "an object of keys",
    "model_attributes_type": "an object of keys",
    "object": "an object of keys",
    "null": "empty",
}


def from_pydantic(error: ErrorDetails, data: Any, known: Iterable[str]) -> Finding:
    """Return what pydantic found in data; known are the keys that the object around it may have."""
    path: Path = tuple(error["loc"])
    kind, key = error["type"], str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return unknown_key(path, known)
    if kind == "missing":
        return missing_key(path)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
        return not_among(path, data, allowed)
    if key == "expires_after":
        hint = f"for example {days_in(str(data)) or '7d'}"
        return Finding(path, '"expires_after" must be a number and m, h or d', hint)
    if kind == "string_pattern_mismatch" and key in PATTERNS:
        fitting = _fitting(key, str(data))
        return Finding(path, PATTERNS[key][0], f'for example "{fitting}"' if fitting else "")
    if kind in _BOUNDS:
        words, limit = _BOUNDS[kind]
        ctx = error.get("ctx", {})
        said = words.format(**{limit: _number(ctx.get(limit))})
        share = key.endswith("_share") and isinstance(data, int | float) and 1 < data <= 100
        return Finding(path, f'"{key}" {said}', f"{data:g} % is {data / 100:g}" if share else "")
    if kind in _EXPECTED:
        return wrong_type(path, data, _EXPECTED[kind])
    if kind == "too_short":
        return Finding(path, f'"{key}" must have at least one item')
    return Finding(path, f'"{key}" {_lower(error["msg"]).replace("input should", "must")}')


def from_schema(schema: JsonObject, config: JsonObject, path: Path) -> list[Finding]:
    """Return what is wrong with a step's config by its class's JSON Schema."""
    validator = Draft202012Validator(schema, registry=Registry())  # nothing is fetched
    try:
        errors: list[SchemaError] = list(validator.iter_errors(config))  # type: ignore[reportUnknownMemberType]  # untyped
    except (Unresolvable, re.error) as exc:
        at = (*path[:-1], "class")
        return [Finding(at, f"the class's Config has a schema that cannot be used: {exc}")]
    return [_with_example(each, error) for error in errors for each in _of_schema(error, path)]


def _with_example(finding: Finding, error: Any) -> Finding:
    """Return the finding with the example that the schema has, where it has no hint yet."""
    schema: Any = error.schema
    if finding.missing and is_object(schema):
        schema = schema.get("properties", {}).get(finding.missing)
    if finding.hint or not is_object(schema):
        return finding
    example = written((schema.get("examples") or [schema.get("default")])[0])
    for branch in (schema, *schema.get("anyOf", ())):
        if not example and "minimum" in branch and "maximum" in branch:
            return finding._replace(hint=f"from {branch['minimum']:g} to {branch['maximum']:g}")
    if not example:
        return finding
    named = finding.missing
    hint = f"add `{named}: {example}`" if named else f"for example {example}"
    return finding._replace(hint=hint)


def _of_schema(error: Any, path: Path) -> list[Finding]:
    at: Path = (*path, *error.absolute_path)
    key = str(at[-1])
    rule, wanted, value = str(error.validator), error.validator_value, error.instance
    if rule in ("anyOf", "oneOf"):
        return _of_any(error, path)
    if rule == "additionalProperties" and is_object(value):
        known = list(error.schema.get("properties", {}))
        return [unknown_key((*at, each), known) for each in value if each not in known]
    if rule == "required" and is_object(value):
        return [missing_key((*at, each)) for each in wanted if each not in value]
    if rule == "type":
        names: list[str] = wanted if is_array(wanted) else [wanted]
        return [wrong_type(at, value, " or ".join(_EXPECTED.get(name, name) for name in names))]
    if rule in ("enum", "const"):
        return [
            not_among(at, value, [str(each) for each in (wanted if rule == "enum" else [wanted])])
        ]
    if rule in _SCHEMA_BOUNDS:
        return [Finding(at, f'"{key}" {_SCHEMA_BOUNDS[rule].format(_number(wanted))}')]
    if rule == "pattern" and error.schema.get("examples"):
        example, named = error.schema["examples"][0], not isinstance(at[-1], int)
        words = f'"{key}" cannot be written so' if named else "this cannot be written so"
        return [Finding(at, words, f"for example {example}")]
    return [Finding(at, f'"{key}": {_lower(str(error.message))}')]


def _fitting(key: str, text: str) -> str:
    """Return the nearest name that would do, "" when none is near."""
    unfit, most = PATTERNS[key][1], 40 if key in ("id", "class") else 63
    if key in _KEPT_CASE:
        return unfit.sub("", text)[:most]
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    fitting = unfit.sub("-", plain).strip("-")[:most].strip("-")
    return fitting if len(fitting) > 1 and fitting != text else ""


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _of_any(error: Any, path: Path) -> list[Finding]:
    """Return the fault of the branch that was meant: empty is never meant, and a type that fits
    is.
    """
    branches: dict[int, list[Any]] = {}
    for each in error.context:
        if each.validator_value != "null":
            branches.setdefault(each.schema_path[0], []).append(each)
    fitting = [found for found in branches.values() if found[0].validator != "type"]
    if fitting:
        return [finding for each in fitting[0] for finding in _of_schema(each, path)]
    wanted = " or ".join(
        _EXPECTED.get(str(found[0].validator_value), str(found[0].validator_value))
        for found in branches.values()
    )
    return [wrong_type((*path, *error.absolute_path), error.instance, wanted)]


def unknown_key(path: Path, known: Iterable[str]) -> Finding:
    """Return the finding for a key that nobody knows, with the one that was probably meant."""
    known = list(known)
    hint = did_you_mean(str(path[-1]), known)
    if not hint and known:
        hint = f"known keys: {', '.join(known)}"
    return Finding(path, f'unknown key "{path[-1]}"', hint or "remove it", at_key=True)


def missing_key(path: Path, example: str = "") -> Finding:
    """Return the finding for a key that has to be there; it points at the object around it."""
    key = str(path[-1])
    hint = f"add `{key}: {example}`" if example else ""
    return Finding(path[:-1], f'"{key}" is missing', hint, missing=key)


def not_among(path: Path, value: Any, allowed: list[str]) -> Finding:
    """Return the finding for a value that is none of a few."""
    words = allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"
    return Finding(path, f'"{path[-1]}" must be {words}', did_you_mean(str(value), allowed))


def wrong_type(path: Path, value: Any, expected: str) -> Finding:
    """Return the finding for a value of the wrong type, with how to write the right one."""
    where = f'"{path[-1]}"' if path and isinstance(path[-1], str) else "this"
    hint = ""
    if expected == "text" and isinstance(value, bool | int | float):
        hint = "put it in quotes"
    elif value is None and path == ("steps",):
        hint = 'write each step below it, as "- class: Draft"'
    elif value is None:
        hint = "give it a value, or remove the key"
    elif isinstance(value, str) and "number" in expected and re.fullmatch(r"[-+]?[\d.]+", value):
        hint = "remove the quotes"
    elif isinstance(value, str) and expected == "true or false":
        hint = f"write {'true' if value.lower() in ('yes', 'on', 'y') else 'false'}"
    elif isinstance(value, str) and expected == "a number":
        hint = f"in seconds, without a unit: {seconds_in(value)}" if seconds_in(value) else ""
    elif expected == "a list" and is_object(value) and any(key[:1] == "-" for key in value):
        hint = 'put a space after each dash: "- "'
    elif expected == "a list":
        hint = 'begin each item on a line of its own with "- "'
    elif expected == "an object of keys":
        hint = _object_hint(path, value)
    return Finding(path, f"{where} must be {expected}, not {_said(value)}", hint)


def _object_hint(path: Path, value: Any) -> str:
    if len(path) == 2 and path[0] == "steps" and isinstance(value, str):
        return f'write "- class: {value}"' if value.isidentifier() else 'write "- class: …"'
    if is_array(value):
        return 'remove the "- " before its keys'
    if path[-1:] == ("retry",) and isinstance(value, int):
        return f"write `retry: {{attempts: {value}}}`"
    return "write its keys on lines of their own below it, indented"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `did you mean "x"?`, or nothing when no known word is near. Case does not matter."""
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f'did you mean "{by_lower[near[0]]}"?' if near else ""


def _said(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object of keys"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
