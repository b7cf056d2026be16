"""What may become a bot's file: each refusal names the place and what to do."""

from datetime import UTC, datetime

import pytest

from registry.differences import difference
from registry.examine import examine
from registry.verdicts import again, differing_steps, good_and_named, pointer_at
from warren.contracts.registry import Revision, StepSource
from warren.errors import Refused
from warren.step.catalogue import Catalogue
from warren.step.describe import ClassDescription, builtin_classes
from warren.step.revision import build, step_source

BOT = "name: echo\nsteps:\n  - class: Draft\n  - class: Shout\n"
TEXT = "name: echo\nhistory: x\nsteps:\n  - clas: Draft\n    config: {a/b: 1}\n"


def catalogue(**sources: str) -> Catalogue:
    """Return a catalogue with these custom classes, by their files' texts."""
    made = {name: step_source(name, text) for name, text in sources.items()}
    custom = {name: _described(name, one) for name, one in made.items()}
    return Catalogue(classes=builtin_classes() | custom, sources=made)


def _described(name: str, source: StepSource) -> ClassDescription:
    draft = builtin_classes()["Draft"]
    return draft.model_copy(update={"class_name": name, "builtin": False, "sha256": source.sha256})


def revision(text: str, known: Catalogue) -> Revision:
    one = examine("echo.yaml", text.encode(), known)
    assert one.bot
    return build(one.bot, known.sources, datetime.now(UTC))


@pytest.mark.parametrize(
    ("line", "column", "pointer"),
    [
        (1, 1, "/name"),
        (2, 1, "/history"),
        (2, 10, "/history"),
        (4, 5, "/steps/0"),
        (5, 5, "/steps/0/config"),
        (5, 14, "/steps/0/config/a~1b"),
        (9, 9, ""),
    ],
)
def test_a_place_of_the_text_has_its_pointer(line: int, column: int, pointer: str):
    found = pointer_at(TEXT, line, column)

    assert found == pointer or found.startswith(f"{pointer}/"), found
    assert pointer or not found


def refusal(text: str, known: Catalogue) -> Refused | None:
    return good_and_named("echo")(examine("echo.yaml", text.encode(), known), known)


def test_a_good_text_of_that_name_may_be_saved():
    assert refusal(BOT, catalogue(Shout="a")) is None


@pytest.mark.parametrize(
    ("text", "pointer", "detail"),
    [
        (BOT.replace("Shout", "Shot"), "/steps/1/class", "echo.yaml:4:12: unknown step class"),
        (BOT.replace("steps", "stepz"), "/stepz", "echo.yaml:2:1: unknown key"),
        ("", "", "echo.yaml:1:1: the file is empty"),
        ("a: [", "", "echo.yaml:1:"),
        (BOT.replace("echo", "other"), "/name", "the name in the file is 'other'"),
    ],
)
def test_a_wrong_text_is_told_with_pointer_and_place(text: str, pointer: str, detail: str):
    refused = refusal(text, catalogue(Shout="a"))

    assert refused
    assert refused.status == 422
    assert "Nothing was saved" in refused.detail
    assert refused.errors[0].pointer == pointer
    assert detail in refused.errors[0].detail


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ({"Shout": "a"}, {"Shout": "a"}, []),
        ({"Shout": "a"}, {"Shout": "a", "Other": "b"}, []),
        ({"Shout": "a"}, {"Shout": "b"}, ["Shout was changed since"]),
        ({"Shout": "a"}, {}, ["Shout is gone"]),
        (
            {"Shout": "a"},
            {"Shout": "a", "Draft": "d"},
            ["Draft is a file of its own now, it was built in"],
        ),
        (
            {"Shout": "a", "Draft": "d"},
            {"Shout": "b"},
            ["Draft is gone", "Shout was changed since"],
        ),
    ],
)
def test_step_files_that_differ_refuse_a_rollback_by_name(
    then: dict[str, str], now: dict[str, str], told: list[str]
):
    wanted, today = revision(BOT, catalogue(**then)), catalogue(**now)

    refused = again(wanted)(examine("echo.yaml", wanted.yaml.encode(), today), today)

    assert differing_steps(wanted, today) == told
    assert (refused is None) == (not told)
    for words in told:
        assert refused
        assert (refused.status, words in refused.detail) == (409, True)


def test_a_difference_shows_lines_and_step_files():
    before = revision(BOT, catalogue(Shout="a"))
    after = revision(BOT.replace("Draft", "Loud") + "history: 3\n", catalogue(Shout="b", Loud="c"))

    found = difference(before, after)

    assert "-- class: Draft" in found.diff.splitlines()
    assert "+history: 3" in found.diff.splitlines()
    assert [(one.class_name, one.change) for one in found.step_files] == [
        ("Loud", "added"),
        ("Shout", "changed"),
    ]
    assert difference(after, before).step_files[0].change == "removed"
    assert difference(before, before).diff == ""
