"""Wrong bot files, one mistake each: every one names the line, the column and what to type.

wrong_bots/ holds them. What lint says stands at their end, `# says 3:12 what is wrong → the fix`;
those lines are no part of the file that is looked at. To add one, write the file and what it should
say.
"""

import random
from pathlib import Path

import pytest

from warren.step.describe import ClassDescription, builtin_classes
from warren.step.faults import Fault
from warren.step.lint import lint
from warren.step.reading import decode

FOLDER = Path(__file__).parent / "wrong_bots"
FILES = sorted(FOLDER.glob("*.yaml"))
KNOWN = (
    "Approve", "AskHuman", "Classify", "Delegate", "Draft", "Format", "Gpt", "Guide", "Http",
    "Metadata", "Reply", "SendAs", "Template",
)  # fmt: skip
CLASSES = {name: builtin_classes()[name] for name in KNOWN} | {
    "Own": ClassDescription(class_name="Own", concurrency=1)
}
SAYS = "# says "


def parts(file: Path) -> tuple[str, list[str]]:
    """Return the bot file's text, and what lint should say of it."""
    text, says, rest = file.read_bytes().decode().partition(SAYS)
    return text, [line.removeprefix(SAYS) for line in (says + rest).splitlines()]


@pytest.fixture(autouse=True)
def _allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_STEP_HOSTS", "api.example.com")


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_a_mistake_is_told_with_its_line_its_column_and_the_fix(file: Path) -> None:
    text, expected = parts(file)

    _, errors = lint(text, file.name, CLASSES)

    assert [f"{one.line}:{one.column} {one.message} → {one.hint}" for one in errors] == expected
    assert all(one.hint for one in errors)
    lines = text.splitlines()
    assert all(one.source_line == (lines[one.line - 1] if lines else "") for one in errors)


def test_there_are_more_than_sixty_different_mistakes() -> None:
    firsts = {parts(file)[1][0].split(" ", 1)[1] for file in FILES}

    assert len(FILES) >= 150
    assert len(firsts) >= 100


def mistyped(text: str, chance: random.Random) -> str:
    """Return a text after a few slips of the fingers."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(3):
            case 0:
                text = text[:at] + chance.choice("{}[]:,-?&*!|>'\"%@`#\t\n ab\u00a0é<0") + text[at:]
            case 1:
                text = text[:at] + text[at + chance.randint(1, 5) :]
            case _:
                until = at + chance.randrange(60)
                text = text[:at] + text[at:until] * 2 + text[until:]
    return text


def test_whatever_is_typed_lint_gives_a_bot_or_says_why_not() -> None:
    chance = random.Random(7)
    texts = [parts(file)[0] for file in FILES]
    for _ in range(500):
        text = mistyped(chance.choice(texts), chance)

        bot, errors = lint(text, "daisy.yaml", CLASSES)

        assert (bot is None) == bool(errors), text
        assert all(one.line <= len(text.splitlines()) + 1 and one.column >= 1 for one in errors)


def test_no_secret_is_quoted_in_what_is_told() -> None:
    for name, secret in {
        "secret-gpt": "sk-abc", "secret-guide": "sk-abc", "password-of-a-class": "hunter2",
        "address-with-password": "hunter2", "bearer-in-a-prompt": "abcdefghijklmnop1234",
    }.items():  # fmt: skip
        text, said = parts(FOLDER / f"{name}.yaml")
        assert secret in text
        assert secret not in "".join(said)


@pytest.mark.parametrize(
    "text",
    [
        "sk-8 is a road",
        "Bearer of good news to everyone",
        "see https://example.com:8443/a@b",
        "token by token",
        "task-force-of-some-long-words",
        "use ${WARREN_BOT_KEY}",
    ],
)
def test_a_harmless_text_is_no_secret(text: str) -> None:
    bot = f"name: daisy\nsteps:\n  - class: Guide\n    config: {{before: '{text}'}}\n"
    own = f"name: daisy\nsteps:\n  - class: Own\n    config: {{note: '{text}', max_tokens: '3'}}\n"

    assert [lint(each, "daisy.yaml", CLASSES)[1] for each in (bot, own)] == [(), ()]


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ("name: bär".encode("latin-1"), (1, 8), "this is not UTF-8 text (byte 0xE4)"),
        ("a: é\nname: bär".encode() + b"\xff", (2, 10), "this is not UTF-8 text (byte 0xFF)"),
        ("name: daisy".encode("utf-16"), (1, 1), "the file is UTF-16 or UTF-32 text"),
        ("name: daisy".encode("utf-32"), (1, 1), "the file is UTF-16 or UTF-32 text"),
    ],
)
def test_an_odd_encoding_is_told_with_its_place_and_what_to_do(
    content: bytes, place: tuple[int, int], message: str
) -> None:
    found = decode(content)

    assert isinstance(found, Fault)
    assert (tuple(found.place), found.message) == (place, message)
    assert "UTF-8" in found.hint


def test_a_mark_of_utf8_is_no_mistake() -> None:
    text = decode("name: daisy\nsteps: [{class: Draft}]\n".encode("utf-8-sig"))

    assert isinstance(text, str)
    assert lint(text, "daisy.yaml", CLASSES)[1] == ()
