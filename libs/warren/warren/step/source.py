"""The text of a step file becomes classes. It executes user code: only the runner, the command line
and describe's child process may call it.
"""

import inspect
import linecache
import sys
import traceback
from types import ModuleType

from warren.step.errors import BrokenStep
from warren.step.step import Step


def execute(text: str, name: str, file: str) -> dict[str, type[Step]]:
    """Run text as the fresh module `name` and return the step classes that it defines, by name.

    file is what error messages and stacks call it. Raises BrokenStep with file and line.
    """
    module = ModuleType(name)
    module.__file__ = file
    # Stacks show the source although no such file need exist; no mtime: never looked up on disk.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    sys.modules[name] = module  # dataclasses and pydantic look their module up while it runs
    try:
        exec(compile(text, file, "exec"), module.__dict__)
    except (Exception, SystemExit) as exc:  # user code: anything can come, and none of it may pass
        del sys.modules[name]
        raise BrokenStep(_cause(exc), file, _line(exc, file)) from exc
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, Step)
        and value.__module__ == module.__name__
    }


def _cause(exc: BaseException) -> str:
    if isinstance(exc, SyntaxError):
        return f"{type(exc).__name__}: {exc.msg}"
    if isinstance(exc, ModuleNotFoundError):
        return (
            f"no module named {exc.name!r}: a step file stands alone; it may use installed"
            " packages, not files beside it"
        )
    return f"{type(exc).__name__}: {exc}"


def _line(exc: BaseException, file: str) -> int:
    """Return the line in file where it went wrong: the deepest frame of the file, or the syntax
    error's.
    """
    if isinstance(exc, SyntaxError) and exc.filename == file:
        return exc.lineno or 0
    lines = [
        frame.lineno for frame in traceback.extract_tb(exc.__traceback__) if frame.filename == file
    ]
    return (lines[-1] or 0) if lines else 0
