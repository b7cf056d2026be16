"""The files that `warren bots new` and `warren steps new` begin with."""

import re
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

from warren.step import Step


class CLASS(Step):
    """Say in one line what it does to the payload."""

    async def process(self, payload):
        payload["draft"]["body"] += self.config.ending or "!"
        return payload


if __name__ == "__main__":
    CLASS.main()
'''


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
