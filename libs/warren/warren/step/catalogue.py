"""The step classes that a folder of bots has: those in its `steps/*.py` and in `*.py` beside the
bots.

The registry and `warren bots` read it. No user code runs here: each new file is described by a
child.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from warren.contracts.base import Message
from warren.contracts.registry import LintError, StepSource
from warren.step.describe import ClassDescription, SlowStep, builtin_classes, describe_file
from warren.step.errors import BrokenStep
from warren.step.revision import sha256_of

CHILDREN_AT_ONCE = 2  # each is a fresh Python: more only make one another slow
MAX_SOURCE_CHARACTERS = 256 * 1024  # it travels with every revision; a step is one screen or two


class StepFile(Message):
    """One step file: its text by hash, and the classes in it or what is wrong with it.

    passing: the fault may lie in the moment, not in the file: it is read again at the next look.
    """

    path: str
    sha256: str
    source: str
    classes: tuple[ClassDescription, ...] = ()
    fault: LintError | None = None
    passing: bool = False


class Catalogue(Message):
    """What a folder offers. classes and sources are by class name; built-in classes are among
    classes.

    A custom class wins over a built-in one of its name. Of two files with the same class, the first
    by path counts and the other has a fault.
    """

    files: tuple[StepFile, ...] = ()
    classes: dict[str, ClassDescription]
    sources: dict[str, StepSource]
    faults: tuple[LintError, ...] = ()


async def read_catalogue(folder: Path, before: Catalogue | None = None) -> Catalogue:
    """Return the catalogue of a folder of bots. Files that are as in `before` are not described
    again.
    """
    known = {(each.path, each.sha256): each for each in (before.files if before else ())}
    limit = asyncio.Semaphore(CHILDREN_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_read(path, folder, known, limit)) for path in step_files(folder)
        ]
    return _together([task.result() for task in tasks])


def step_files(folder: Path) -> list[Path]:
    """Return the files that may hold step classes, sorted; tests and names with a leading _ are
    not.
    """
    found = [*folder.glob("*.py"), *(folder / "steps").glob("*.py")]
    return sorted(
        path
        for path in found
        if not path.name.startswith(("_", "test_", ".")) and path.is_file()  # never wait at a pipe
    )


def source_of(path: Path) -> str:
    """Return a step file's text. Raises OSError or UnicodeDecodeError when it is none."""
    with path.open(encoding="utf-8") as file:
        text = file.read(MAX_SOURCE_CHARACTERS + 1)
    if len(text) > MAX_SOURCE_CHARACTERS:
        raise OSError(f"it is over {MAX_SOURCE_CHARACTERS // 1024} KiB")
    return text


async def _read(
    path: Path, folder: Path, known: Mapping[tuple[str, str], StepFile], limit: asyncio.Semaphore
) -> StepFile:
    name = path.relative_to(folder).as_posix()
    try:
        source = await asyncio.to_thread(source_of, path)
    except (OSError, UnicodeDecodeError) as exc:
        return StepFile(
            path=name, sha256="", source="", fault=_fault(name, 1, f"it cannot be read: {exc}")
        )
    sha256 = sha256_of(source)
    if (name, sha256) in known and not known[name, sha256].passing:
        return known[name, sha256]
    async with limit:
        try:
            classes = await describe_file(path)
        except (BrokenStep, OSError) as exc:
            broken = exc if isinstance(exc, BrokenStep) else BrokenStep(str(exc), name, 1)
            fault = _fault(name, broken.line or 1, broken.detail, source)
            passing = not isinstance(exc, BrokenStep) or isinstance(exc, SlowStep)
            return StepFile(path=name, sha256=sha256, source=source, fault=fault, passing=passing)
    if any(each.sha256 != sha256 for each in classes):
        fault = _fault(name, 1, "it changed while it was read", source)
        return StepFile(path=name, sha256=sha256, source=source, fault=fault, passing=True)
    return StepFile(path=name, sha256=sha256, source=source, classes=classes)


def _together(files: list[StepFile]) -> Catalogue:
    classes: dict[str, ClassDescription] = builtin_classes()
    sources: dict[str, StepSource] = {}
    owner: dict[str, str] = {}
    faults: list[LintError] = []
    for file in files:
        if file.fault is not None:
            faults.append(file.fault)
        for each in file.classes:
            if each.class_name in owner:
                text = f"step class {each.class_name} is already in {owner[each.class_name]}"
                faults.append(_fault(file.path, 1, text, file.source))
                continue
            owner[each.class_name] = file.path
            classes[each.class_name] = each
            sources[each.class_name] = StepSource(
                class_name=each.class_name, sha256=file.sha256, source=file.source
            )
    return Catalogue(files=tuple(files), classes=classes, sources=sources, faults=tuple(faults))


def _fault(path: str, line: int, message: str, source: str = "") -> LintError:
    lines = source.splitlines()
    return LintError(
        file=path,
        line=line,
        column=1,
        message=message,
        source_line=lines[line - 1] if line <= len(lines) else "",
    )
