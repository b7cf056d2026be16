"""Secrets in clear, anywhere in a bot file: files are shared, kept in revisions, and shown. Pure.

Never quotes what it found. Http's headers and urls have a look of their own, check_http.
"""

import re
from collections.abc import Iterator
from typing import Any

from warren.contracts.base import JsonObject
from warren.step.marked_yaml import Path
from warren.step.shape import is_array, is_object
from warren.step.wording import Finding

_LOOKS = re.compile(
    r"\b(?P<key>sk-(?:[a-z]+-)?[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|glpat-[\w-]{18,}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,})"
    r"|(?P<bearer>\bBearer +(?!\$\{)[A-Za-z0-9._~+/-]{16,})"
    r"|(?P<private>-----BEGIN [A-Z ]*PRIVATE KEY-----)"
    r"|(?P<url>[a-z][a-z0-9+.-]*://[^\s/:@]+:(?!\$\{)[^\s/@]{3,}@)",
)
_KINDS = {
    "key": "an API key",
    "bearer": "a bearer token",
    "private": "a private key",
    "url": "an address with a password",
}
_NAMED = re.compile(
    r"(?:^|[-_])(?:api[-_]?key|password|passwd|secret|access[-_]?token|auth[-_]?token|token)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\$\{\w+\}")
_SET = "set it as WARREN_BOT_NAME in the bot-runners' environment, where a step reads it"
_MODEL = "remove it: the bot-runners have the model's key as OPENAI_API_KEY"
_AGAIN = "and make a new one: this one was seen"
ASK_MODEL = ("Gpt", "Classify")


def check_secrets(data: JsonObject) -> Iterator[Finding]:
    """Yield each text of the file that looks like a secret, or that a key calls one."""
    yield from _look(data, (), "")


def _look(value: Any, path: Path, step: str) -> Iterator[Finding]:
    if is_object(value):
        if len(path) == 2 and path[0] == "steps":
            step = str(value.get("class"))
        for key, each in value.items():
            yield from _look(each, (*path, key), step)
    elif is_array(value):
        for index, each in enumerate(value):
            yield from _look(each, (*path, index), step)
    elif isinstance(value, str):
        kind = _kind(value, path)
        if kind:
            hint = _MODEL if step in ASK_MODEL else _SET
            yield Finding(path, f"{kind} stands here in clear", f"{hint}, {_AGAIN}", secret=True)


def _kind(text: str, path: Path) -> str:
    found = _LOOKS.search(text)
    if found:
        return _KINDS[str(found.lastgroup)]
    if len(path) < 4 or path[0] != "steps" or path[2] != "config":
        return ""
    key = str(path[-1])
    return f'the "{key}"' if _NAMED.search(key) and _TOKEN.sub("", text).strip() else ""
