"""What a step class is, told without running it here: `python -m warren.step.describe FILE`.

The command executes the file and prints its classes as JSON. Lint and the registry call
describe_file, which runs that command as a child with a time limit and without our secrets.
"""

import asyncio
import contextlib
import inspect
import io
import math
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from warren.contracts.base import JsonObject, View
from warren.step.errors import BrokenStep
from warren.step.revision import sha256_of
from warren.step.source import execute
from warren.step.step import Step

IMPORT_CPU_SECONDS = 5  # for a file's import; a step file that computes at import is refused
DESCRIBE_SECONDS = 30.0  # by the clock: a good file must get through on a busy machine, too
KEPT_ENVIRONMENT = (
    "PATH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "LANG",
    "LC_ALL",
    "TZ",
    "SYSTEMROOT",
    "HOME",
)


class SlowStep(BrokenStep):
    """The file was not read in time: it computes at import, or the machine is busy."""


class ClassDescription(View):
    """A step class as lint, the registry and the client need it.

    config_schema is the JSON Schema of its Config, {} when any config will do; sha256 is the hash
    of the file's text, empty for built-in classes.
    """

    class_name: str
    doc: str = ""
    config_schema: JsonObject = {}
    concurrency: int
    activity: str = ""
    builtin: bool = False
    sha256: str = ""


class _Broken(View):
    error: str
    line: int


_ANSWER = TypeAdapter[tuple[ClassDescription, ...] | _Broken](
    tuple[ClassDescription, ...] | _Broken
)


def describe_class(
    kind: type[Step], *, builtin: bool = False, sha256: str = ""
) -> ClassDescription:
    """Return the description of a class that is loaded here."""
    activity: object = inspect.getattr_static(kind, "activity", "")
    return ClassDescription(
        class_name=kind.__name__,
        doc=_first_line(kind),
        config_schema=_schema(kind),
        concurrency=kind.concurrency,
        activity=activity if isinstance(activity, str) else "",
        builtin=builtin,
        sha256=sha256,
    )


def builtin_classes() -> dict[str, ClassDescription]:
    """Return the built-in classes by name."""
    from warren.step.loader import (
        BUILTINS,
    )  # the child process that describes a file has no use for it

    return {name: describe_class(kind, builtin=True) for name, kind in BUILTINS.items()}


async def describe_file(
    path: Path, timeout_seconds: float = DESCRIBE_SECONDS, cpu_seconds: int = IMPORT_CPU_SECONDS
) -> tuple[ClassDescription, ...]:
    """Return the step classes that the file defines, in file order; () when it defines none.

    Raises BrokenStep with file and line when it does not run, or takes too long.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a step file stands alone: what lies in our working folder is not for it to import
        "-m",
        "warren.step.describe",
        str(path),
        str(cpu_seconds),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
    )
    try:
        async with asyncio.timeout(timeout_seconds):
            answer, complaint = await child.communicate()
    except TimeoutError as exc:
        raise SlowStep(
            f"it was not read within {timeout_seconds:g} s: do no work at import", path.name, 1
        ) from exc
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == -signal.SIGXCPU:
        raise BrokenStep(
            f"it computes for over {cpu_seconds} s when it is imported: do no work at import",
            path.name,
            1,
        )
    try:
        told = _ANSWER.validate_json(answer)
    except ValidationError as exc:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise BrokenStep(
            f"reading it ended with code {child.returncode}: {last[0]}", path.name, 1
        ) from exc
    if isinstance(told, _Broken):
        raise BrokenStep(told.error, path.name, told.line)
    return told


def _first_line(kind: type[Step]) -> str:
    return (inspect.cleandoc(kind.__doc__ or "").split("\n") or [""])[0]


def _schema(kind: type[Step]) -> JsonObject:
    """Return the JSON Schema of the class's Config. Unknown keys are errors unless Config allows
    them.
    """
    if kind.Config is None:
        return {}
    schema: dict[str, Any] = kind.Config.model_json_schema()
    if kind.Config.model_config.get("extra") is None:
        schema["additionalProperties"] = False
    return schema


def _tell(path: Path) -> bytes:
    """Execute the file and return its classes, or its fault, as JSON."""
    try:
        text = path.read_text(encoding="utf-8")
        with contextlib.redirect_stdout(
            io.StringIO()
        ):  # a file that prints must not spoil the answer
            classes = execute(text, f"warren_described_{path.stem}", path.name)
            told: Any = tuple(
                describe_class(kind, sha256=sha256_of(text)) for kind in classes.values()
            )
    except BrokenStep as exc:
        told = _Broken(error=exc.detail, line=exc.line)
    except (OSError, UnicodeDecodeError) as exc:
        told = _Broken(error=f"it cannot be read: {exc}", line=1)
    return _ANSWER.dump_json(told)


if __name__ == "__main__":
    used = math.ceil(time.process_time())  # by our own imports
    allowed = used + int(sys.argv[2]) if len(sys.argv) > 2 else resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
    sys.stdout.buffer.write(_tell(Path(sys.argv[1])) + b"\n")
