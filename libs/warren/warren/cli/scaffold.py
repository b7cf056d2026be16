"""The files that `warren bots new` and `warren steps new` begin with."""

import re
import shutil
import sys
from pathlib import Path

import typer

from warren.contracts.names import BOT_NAME, CLASS_NAME
from warren.step.wording import PATTERNS

BOT = """\
# yaml-language-server: $schema=./bot.schema.json
name: NAME
persona:
  display_name: NAME
  avatar: "🤖"
  purpose: Say in one line what the bot is for.
  greeting: Hello! What can I do for you?
  starters: [Hello]
steps:
  - class: Draft
  - class: Format
  - class: Guide
    config:
      before: You are friendly and brief. Answer in one or two sentences.
  - class: Gpt
    config: {max_tokens: 200}
  - class: Reply
tests:
  - name: answers with what the model says
    given: {messages: [{user: ana, body: hello}]}
    mock: {gpt: {draft: {body: Hi Ana}}}
    expect: {reply: {body: {contains: Ana}}}
"""

STEP = '''\
"""CLASS: say in one line what it does to the payload."""

from pydantic import BaseModel, Field

from warren.step import Step


class CLASS(Step):
    """Say in one line what it does to the payload."""

    activity = "ACTIVITY"  # what the chat shows while it runs

    class Config(BaseModel):
        ending: str = Field(default="!", description="What is put behind the draft.")

    async def process(self, payload):
        payload["draft"]["body"] += self.config.ending
        return payload


if __name__ == "__main__":
    CLASS.main()
'''

STEP_TEST = '''\
"""What CLASS does. Run it: pytest FOLDER/test_STEM.py"""

import json
from pathlib import Path

import pytest

from warren.step.errors import BrokenStep
from warren.step.trial import try_step

FILE = Path(__file__).with_name("STEM.py")
PAYLOAD = json.loads(Path(__file__).with_name("STEM.payload.json").read_text())


def test_it_ends_the_draft_with_an_exclamation_mark():
    done = try_step(FILE, "CLASS", PAYLOAD)

    assert done["draft"]["body"] == "Hello Ana!"


def test_the_ending_can_be_chosen():
    done = try_step(FILE, "CLASS", PAYLOAD, config={"ending": "?"})

    assert done["draft"]["body"] == "Hello Ana?"


def test_an_ending_that_is_no_text_is_refused():
    with pytest.raises(BrokenStep, match="ending"):
        try_step(FILE, "CLASS", PAYLOAD, config={"ending": 3})
'''

PAYLOAD = """\
{
  "messages": [
    {
      "id": "00000000-0000-4000-8000-000000000001",
      "user": "ana",
      "recipient": "bot",
      "body": "hello",
      "timestamp": "2026-01-05T09:00:00Z"
    }
  ],
  "draft": {"user": "bot", "recipient": "ana", "body": "Hello Ana", "metadata": {}}
}
"""


def bot_text(name: str, *, with_schema: bool) -> str:
    """Return a small bot that answers. with_schema: an editor finds bot.schema.json beside it."""
    display = name.replace("-", " ").capitalize()
    text = BOT.replace("display_name: NAME", f"display_name: {display}").replace("NAME", name)
    return text if with_schema else text.split("\n", 1)[1]


def step_files(class_name: str, path: Path) -> dict[Path, str]:
    """Return the files of a new step by path: the class, its test, a payload to try it on."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", class_name).lower()

    by_token = {
        "CLASS": class_name, "STEM": path.stem, "FOLDER": str(path.parent), "ACTIVITY": words
    }  # fmt: skip

    def filled(text: str) -> str:
        return re.sub("|".join(by_token), lambda found: by_token[found[0]], text)

    return {
        path: filled(STEP),
        path.with_name(f"test_{path.stem}.py"): filled(STEP_TEST),
        path.with_name(f"{path.stem}.payload.json"): PAYLOAD,
    }


def called(tool: str) -> str:
    """Return how the person at this terminal calls a program that lies beside `warren`."""
    own = Path(sys.argv[0])
    if own.name != "warren" or shutil.which("warren") == str(own):
        return tool
    beside = own.with_name(tool)
    return str(beside) if beside.exists() else tool


def bot_path(name: str, folder: Path) -> Path:
    """Return where the bot goes; a name that no bot may have ends the command with the reason."""
    if not re.fullmatch(BOT_NAME, name):
        raise typer.BadParameter(PATTERNS["name"][0])
    return folder / f"{name}.yaml"


def class_and_path(name: str, folder: Path) -> tuple[str, Path]:
    """Return the class (`kids-journal` and `kids_journal` become KidsJournal) and its file's
    path.
    """
    words = [word for word in re.split(r"[-_\s]+", name) if word]
    class_name = (
        name
        if len(words) == 1 and name[:1].isupper()
        else "".join(word[:1].upper() + word[1:] for word in words)
    )
    if not re.fullmatch(CLASS_NAME, class_name):
        raise typer.BadParameter(PATTERNS["class"][0])
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()
    return class_name, folder / "steps" / f"{snake}.py"


def write_new(path: Path, text: str) -> None:
    """Write a new file, and its folder if need be; an existing one ends the command."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise typer.BadParameter(f"{path} is already there; choose another name") from exc


def write_all_new(files: dict[Path, str]) -> None:
    """Write new files: all, or none when one of them is already there."""
    for path in files:
        if path.exists():
            raise typer.BadParameter(f"{path} is already there; choose another name")
    for path, text in files.items():
        write_new(path, text)
