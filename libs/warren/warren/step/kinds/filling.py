"""Fill an Http step's texts: `{draft.body}` from the payload, `${WARREN_BOT_KEY}` from the
environment. Pure but for the environment.

One pass: what the payload holds is never looked at for tokens again, so nobody can ask for a secret
by writing its name to a bot.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from warren.contracts.base import JsonObject
from warren.step.errors import Permanent
from warren.step.places import PATH, take
from warren.step.shape import is_array, is_object

SECRET_NAME = r"^WARREN_BOT_[A-Z0-9_]{1,60}$"
TOKEN = re.compile(rf"\$\{{(?P<secret>[A-Za-z0-9_]+)\}}|\{{(?P<path>{PATH})\}}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Secrets:
    """The secrets that one step may use, by name, and how to keep them out of sight."""

    def __init__(self, names: Iterable[str], environment: Mapping[str, str]) -> None:
        """Read the secrets. Raises Permanent that names one that is not set, never its value."""
        self._values: dict[str, str] = {}
        for name in names:
            value = environment.get(name, "").strip()
            if not re.fullmatch(SECRET_NAME, name) or not value:
                raise Permanent(f"the secret {name} is not set in the bot-runners' environment")
            if _CONTROL.search(value):
                raise Permanent(f"the secret {name} has a line break or control character in it")
            self._values[name] = value

    def value(self, name: str) -> str:
        """Return a secret. Raises Permanent when the step does not list it."""
        if name not in self._values:
            raise Permanent(f"${{{name}}} is used, but `secrets` does not list it")
        return self._values[name]

    def hidden(self, value: Any) -> Any:
        """Return a JSON value with each secret's text as its `${NAME}`, fit for a payload."""
        if isinstance(value, str):
            return self._hidden_text(value)
        if is_object(value):
            return {self._hidden_text(key): self.hidden(each) for key, each in value.items()}
        if is_array(value):
            return [self.hidden(each) for each in value]
        return value

    def _hidden_text(self, text: str) -> str:
        for name, secret in sorted(self._values.items(), key=lambda each: -len(each[1])):
            for form in {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}:
                text = text.replace(form, f"${{{name}}}")
        # neither the database nor JSON take these
        return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def fill_url(template: str, payload: JsonObject, secrets: Secrets) -> str:
    """Return the url with its tokens filled, percent-encoded: no value can leave its place."""
    url = _filled(template, payload, secrets, lambda text: quote(text, safe=""))
    if any(unquote(part) in (".", "..") for part in urlsplit(url).path.split("/")):
        raise Permanent("a value would lead the url to another path: it is `.` or `..`")
    return url


def fill_header(template: str, payload: JsonObject, secrets: Secrets) -> str:
    """Return a header's value, filled. Raises Permanent when it would end the header."""
    value = _filled(template, payload, secrets, str).strip()
    if _CONTROL.search(value):
        raise Permanent("a value has a line break or control character: it fits no header")
    return value


def fill_body(template: Any, payload: JsonObject, secrets: Secrets) -> Any:
    """Return the body, filled at any depth. A text that is one token takes the value as it is."""
    if is_object(template):
        return {key: fill_body(each, payload, secrets) for key, each in template.items()}
    if is_array(template):
        return [fill_body(each, payload, secrets) for each in template]
    if not isinstance(template, str):
        return template
    whole = TOKEN.fullmatch(template)
    if whole is not None and whole["path"]:
        return take(payload, whole["path"])
    return fill_text(template, payload, secrets)


def fill_text(template: str, payload: JsonObject, secrets: Secrets) -> str:
    """Return a text, filled."""
    return _filled(template, payload, secrets, str)


def _filled(
    template: str, payload: JsonObject, secrets: Secrets, written: Callable[[str], str]
) -> str:
    def of(found: re.Match[str]) -> str:
        if found["secret"]:
            return written(secrets.value(found["secret"]))
        return written(_text(take(payload, found["path"])))

    return TOKEN.sub(of, template)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
