"""Edit a payload: open it in $EDITOR, check it by its contract, show what changed."""

import difflib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from pydantic import ValidationError

from warren.cli.plain import plain
from warren.cli.server import Failed
from warren.contracts.base import JsonObject
from warren.contracts.letters import Payload
from warren.step.shape import is_object


def ask_for_payload(before: JsonObject, name: str) -> JsonObject:
    """Return what the person made of it. Raises Failed; a text that is wrong is kept in a file."""
    folder = Path(tempfile.mkdtemp(prefix="warren-edit-"))  # mode 0700: a payload is private
    path = folder / f"{name}.json"
    path.write_text(written(before), encoding="utf-8")
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        code = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        raise Failed(f"The editor {editor!r} cannot be started: {error}. Set EDITOR.") from error
    if code != 0:
        raise Failed(f"Nothing was sent: the editor ended with {code}. Your text is in {path}.")
    after = read_object(path)
    path.unlink()
    folder.rmdir()
    return after


def read_object(path: Path) -> JsonObject:
    """Return the JSON object in a file (`-` is stdin). Raises Failed, naming line and column."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} cannot be read: {error}") from error
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise Failed(
            f"Nothing was sent. {path}:{error.lineno}:{error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise Failed(f"Nothing was sent. {path} is nested too deep.") from error
    if not is_object(found):
        raise Failed(f"Nothing was sent. {path} must hold a JSON object.")
    _must_fit(found, path)
    return found


def difference(before: JsonObject, after: JsonObject) -> str:
    """Return what changed as a unified diff; empty when nothing did."""
    lines = difflib.unified_diff(
        written(before).splitlines(), written(after).splitlines(), "as it was", "as it will be"
    )
    return "\n".join(plain(line.rstrip("\n")) for line in lines)


def written(payload: JsonObject) -> str:
    """Return a payload as people edit it."""
    return json.dumps(payload, ensure_ascii=False, indent=2) + "\n"


def _must_fit(found: JsonObject, path: Path) -> None:
    try:
        Payload.model_validate_json(json.dumps(found))
    except ValidationError as error:
        faults = [
            f"  /{'/'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors()
        ]
        raise Failed("\n".join([f"Nothing was sent. {path} is no payload:", *faults])) from error
