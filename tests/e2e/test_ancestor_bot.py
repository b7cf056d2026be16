"""A bot in the ancestor's exact format, dropped into the folder of a running mesh: it just
answers."""

import json
import os
import time

from tests.mesh import Mesh
from tests.person import Person

LIMIT_SECONDS = 15.0 if "PYTEST_XDIST_WORKER" in os.environ else 5.0
"""The promise is 5 s; two suites that share the machine may take longer."""

BOT = """\
name: old-diary-bot
steps:
  - class: Draft
  - class: Format
    config:
      each_user_message: "{content}\\n\\nreceived: {timestamp}"
  - class: Guide
    config:
      before: 'Dear {username}, answer with {"mood": "good"} and nothing else: {raw} {{braces}}'
  - class: Gpt
    config:
      model: gpt-4
      temperature: 0.5
  - class: Metadata
  - class: Stamp
    config:
      mark: seen
  - class: Reply
"""

STEP = """\
from bot_manager.bot_step import Step


class Stamp(Step):

    async def process(self, payload):
        mark = self.config.mark or 'none'
        if 'mark' in self.config and self.config['mark'] == mark:
            payload['draft']['body'] += f' [{mark} by {self.bot_name}]'
        return payload


if __name__ == "__main__":
    Stamp.main()
"""


async def test_a_bot_of_the_ancestor_answers_within_five_seconds_of_saving(mesh: Mesh):
    async with Person.signed_up(mesh) as ana:
        (mesh.bots / "steps" / "stamp.py").write_text(STEP)
        (mesh.bots / "old-diary-bot.yaml").write_text(BOT)
        saved = time.monotonic()
        while not await known(ana, "old-diary-bot"):
            assert time.monotonic() - saved < 30, mesh.logs(["registry", "chat"])
        conversation = await ana.talk_to("old-diary-bot")
        await ana.write(conversation, "hello {content} {timestamp}")
        (answer,) = await ana.answers(conversation, 1)
        took = time.monotonic() - saved
        trace = await ana.call("GET", f"/turns/{answer['turn_id']}/trace")

    assert took < LIMIT_SECONDS, f"it took {took:.1f} s"
    assert answer["body"].endswith("[seen by old-diary-bot]")
    patches = json.dumps(trace["log"])
    assert "{username}" in patches
    assert '\\"mood\\": \\"good\\"' in patches.replace("\\\\", "\\")
    assert "{raw} {{braces}}" in patches
    assert "hello {content} {timestamp}" in patches, "what a person writes is never a template"


async def known(person: Person, bot: str) -> bool:
    """Whether the bot stands in the list of people and bots."""
    found = await person.call("GET", f"/users?q={bot}")
    return any(one["username"] == bot for one in found["items"])
