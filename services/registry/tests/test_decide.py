"""What a scan changes: a table of rows that are and files that are."""

from dataclasses import replace

import pytest

from registry.decide import Break, Known, Mend, Publish, Remove, changes, mark_of_file
from registry.examine import ScannedBot, examine
from warren.contracts.registry import LintError
from warren.step.catalogue import Catalogue
from warren.step.describe import builtin_classes

CATALOGUE = Catalogue(classes=builtin_classes(), sources={})


def good(name: str = "echo", path: str = "echo.yaml", history: int = 3) -> ScannedBot:
    text = f"name: {name}\nhistory: {history}\nsteps:\n  - class: Draft\n"
    one = examine(path, text.encode(), CATALOGUE)
    assert one.revision
    return one


def bad(path: str = "echo.yaml", message: str = "unknown key") -> ScannedBot:
    fault = LintError(file=path, line=1, column=1, message=message)
    return ScannedBot(path, path.removesuffix(".yaml"), "", "m", None, None, (fault,))


def row(one: ScannedBot, **changed: object) -> Known:
    digest = one.revision.digest if one.revision else None
    known = Known(one.name, one.path, "serving" if digest else "broken", digest, mark_of_file(one))
    return replace(known, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "scanned", "expected"),
    [
        ([], [good()], [Publish(good())]),
        ([row(good())], [good()], []),
        ([row(good(history=2))], [good()], [Publish(good())]),
        ([row(good(), status="removed")], [good()], [Publish(good())]),
        ([row(good(), status="broken", mark="x")], [good()], [Mend(good())]),
        ([row(good(), path="old.yaml")], [good()], [Mend(good())]),
        ([row(good())], [bad()], [Break("echo", bad())]),
        ([row(good(), status="broken", mark=mark_of_file(bad()))], [bad()], []),
        ([row(good(), status="broken", mark="other")], [bad()], [Break("echo", bad())]),
        ([], [bad()], [Break("echo", bad())]),
        ([row(good())], [], [Remove("echo")]),
        ([row(good(), status="removed")], [], []),
        ([row(good())], [good("other")], [Publish(good("other")), Remove("echo")]),
        (
            [row(good())],
            [good(), bad("copy.yaml")],
            [Break("copy", bad("copy.yaml"))],
        ),
        ([row(good("named", "file.yaml"))], [bad("file.yaml")], [Break("named", bad("file.yaml"))]),
        ([row(good(), mark="another text")], [good()], [Mend(good())]),
        ([row(good(), status="broken", digest=None)], [good()], [Publish(good())]),
        (  # while the owner of a name is broken, no other file takes the name over
            [row(good())],
            [bad(), good(path="second.yaml")],
            [Break("echo", bad()), Break("second", bad("second.yaml"))],
        ),
        (  # but an owner that never was good owns nothing
            [row(bad())],
            [bad(), good(path="second.yaml")],
            [Publish(good(path="second.yaml")), Break("echo.yaml", bad())],
        ),
    ],
)
def test_a_scan_changes_what_it_must_and_no_more(known, scanned, expected):
    found = changes({one.name: one for one in known}, scanned)

    assert [comparable(one) for one in found] == [comparable(one) for one in expected]


def comparable(change: object) -> object:
    """A revision carries the time at which it was built: compare by digest."""
    match change:
        case Publish(one) | Mend(one):
            assert one.revision
            return type(change), one.name, one.path, one.revision.digest
        case Break(name, one):
            return Break, name, one.path
        case _:
            return change
