"""What lint knows of an Http step beyond its config's types: host, tokens, secrets, time. Pure, but
that it looks whether this process knows the deployment's HTTP_STEP_HOSTS.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.allowed_hosts import VARIABLE, check_allowed, origin_of, parse
from warren.step.errors import Permanent
from warren.step.kinds.filling import TOKEN
from warren.step.kinds.http_call import HEADER_NAME, OWN_HEADERS
from warren.step.marked_yaml import Path
from warren.step.shape import is_array, is_object
from warren.step.wording import Finding, did_you_mean

DEFAULT_STEP_SECONDS = 60  # of a step that says none
_SECRET_WORD = re.compile(
    r"authorization|cookie|(^|[-_])(api[-_]?key|token|secret|password|access[-_]?token|key)$",
    re.IGNORECASE,
)
_SECRET_QUERY = re.compile(
    r"[?&](?P<name>[^=&]*(?:api[-_]?key|appid|token|secret|password)[^=&]*)=(?P<value>[^&]+)",
    re.IGNORECASE,
)
_SCHEMES = re.compile(r"\b(bearer|basic|token|apikey|key)\b", re.IGNORECASE)
_HIDE = (
    "write ${WARREN_BOT_NAME} instead, list WARREN_BOT_NAME in `secrets`,"
    " and set it in the bot-runners' environment"
)


def check_http(step: JsonObject, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with an Http step."""
    config: Any = step.get("config")
    if not is_object(config):
        return
    at = (*path, "config")
    url, headers = config.get("url"), config.get("headers")
    if isinstance(url, str):
        yield from _url(url, (*at, "url"))
    if is_object(headers):
        for name, value in headers.items():
            yield from _header(name, value, (*at, "headers", name))
    yield from _unlisted(config, at)
    if config.get("body") is not None and config.get("method", "GET") == "GET":
        yield Finding((*at, "body"), "a GET has no body", "add `method: POST`", at_key=True)
    yield from _time(config.get("timeout_seconds"), step.get("timeout_seconds"), at)


def _url(url: str, path: Path) -> Iterator[Finding]:
    origin = origin_of(url)
    if origin is None:
        hint = "for example https://api.example.com/v1?q={messages.-1.body}"
        words = "the url must begin with https:// and a host, with tokens only after it"
        yield Finding(path, words, hint)
        return
    found = _SECRET_QUERY.search(url)
    if found and _is_literal(found["value"]):
        yield Finding(path, f'a secret stands in clear in "{found["name"]}" of the url', _HIDE)
        return
    entries = os.environ.get(VARIABLE, "")
    if entries:
        try:
            check_allowed(origin, os.environ)
        except Permanent:
            near = did_you_mean(str(origin), [str(each) for each in _readable(entries)])
            hint = near or f"whoever runs Warren allows it in {VARIABLE}"
            yield Finding(path, f"{origin} is not among the allowed hosts", hint)


def _readable(entries: str) -> Iterator[Any]:
    try:
        yield from parse(entries)
    except Permanent:
        return


def _header(name: str, value: Any, path: Path) -> Iterator[Finding]:
    if not re.fullmatch(HEADER_NAME, name) or name.lower() in OWN_HEADERS:
        yield Finding(path, f'"{name}" is no header that a step may set', "remove it", at_key=True)
    elif isinstance(value, str) and _SECRET_WORD.search(name) and _is_literal(value):
        yield Finding(path, f'a secret stands in clear in the header "{name}"', _HIDE)


def _is_literal(value: str) -> bool:
    """Return whether letters are left of a value without its tokens and the name of its scheme."""
    return bool(re.search(r"\w", _SCHEMES.sub("", TOKEN.sub("", value))))


def _unlisted(config: JsonObject, path: Path) -> Iterator[Finding]:
    listed: Any = config.get("secrets", [])
    known = [each for each in listed if isinstance(each, str)] if is_array(listed) else []
    for at, text in _texts({key: config.get(key) for key in ("url", "headers", "body")}, path):
        for found in TOKEN.finditer(text):
            name = found["secret"]
            if name and name not in known:
                hint = did_you_mean(name, known) or f"add `secrets: [{name}]`"
                yield Finding(at, f"${{{name}}} is not listed in `secrets`", hint)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif is_object(value):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif is_array(value):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, index))


def _time(own: Any, of_step: Any, path: Path) -> Iterator[Finding]:
    limit = of_step if isinstance(of_step, int | float) else DEFAULT_STEP_SECONDS
    if isinstance(own, int | float) and own > limit:
        words = f"the step is stopped after {limit:g} s already"
        hint = "raise the step's timeout_seconds, beside `config`"
        yield Finding((*path, "timeout_seconds"), words, hint)
