"""A bot fails; a person mends it or steps in: through the whole mesh, with a real runner."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import StartMesh
from tests.ledger import violations
from tests.person import Person

STEP = '''
from pathlib import Path

from warren.step import Step


class Mended(Step):
    """Fail until a file says that the cause is gone."""

    async def process(self, payload):
        if not Path(self.config.flag).exists():
            raise ValueError("the cause is still there")
        payload["mended"] = True
        return payload
'''
BOT = """
name: mender
steps:
  - class: Draft
  - class: Mended
    config: {{flag: "{flag}"}}
  - class: Format
  - class: Gpt
    config: {{model: stub}}
  - class: Reply
"""


def add_bot(folder: Path) -> Path:
    """Write the bot that fails; return the file that mends it."""
    flag = folder / "mended"
    (folder / "bots" / "steps" / "Mended.py").write_text(STEP)
    (folder / "bots" / "mender.yaml").write_text(BOT.format(flag=flag))
    return flag


async def failed(ana: Person, socket: Any, text: str) -> tuple[str, dict[str, Any], str]:
    """Ask the bot; return conversation, message and the reference of the failure."""
    conversation = await ana.talk_to("mender", title=text)
    said = await ana.write(conversation, f"@mender {text}")
    told = await socket.wait_for(
        lambda one: one["type"] == "turn.failed" and one["conversation"] == conversation
    )
    return conversation, said, told["reference"]


@pytest.mark.timeout(300)
async def test_what_failed_is_replayed_after_the_fix_or_finished_by_hand(
    start_mesh: StartMesh, tmp_path: Path
):
    flag = add_bot(tmp_path)
    async with (
        start_mesh(runners=1) as mesh,
        Person.signed_up(mesh) as ana,
        Person.signed_up(mesh) as ben,
    ):
        async with ana.socket() as socket:
            one, asked, reference = await failed(ana, socket, "replay me")
            two, _, by_hand = await failed(ana, socket, "finish my step")
            three, question, answered = await failed(ana, socket, "write to me")
            path = f"/dead-letters/{reference}/replay"
            refused = await ben.http.post(mesh.api + path, json={})
            assert refused.status_code == 403

            again = await ana.call("POST", path, {})
            assert again["status"] == "replaying"
            letter = await socket.wait_for(
                lambda frame: frame["type"] == "turn.failed" and frame["run"] == 2
            )
            assert letter["reference"] == reference, "what fails again is the same letter"
            flag.touch()
            await ana.call("POST", path, {})
            (late,) = await ana.answers(one, 1)
            given = await first_input(ana, two)
            draft = {"user": "mender", "recipient": ana.name, "body": "", "metadata": {}}
            output = given | {"draft": draft, "mended": "by hand"}
            await ana.call("POST", f"/dead-letters/{by_hand}/finish", {"output": output})
            (finished,) = await ana.answers(two, 1)
            shown = await ana.call(
                "POST", f"/dead-letters/{answered}/finish", {"reply": {"body": "Ana here"}}
            )
            (hand,) = await ana.answers(three, 1)

        assert (late["in_reply_to"], late["by_hand"]) == (asked["id"], None)
        assert late["late_seconds"] >= 0
        assert "replay me" in late["body"]
        assert "finish my step" in finished["body"]
        assert (hand["body"], hand["by_hand"]) == ("Ana here", ana.name)
        assert hand["in_reply_to"] == question["id"]
        assert (shown["status"], shown["verdict"]) == ("answered", "answered")
        trace = await ana.call("GET", f"/turns/{finished['turn_id']}/trace")
        outcomes = [(entry["step"], entry["outcome"], entry["by"]) for entry in trace["log"]]
        assert outcomes[:2] == [("draft", "done", None), ("mended", "finished", ana.name)]
        assert [step for step, _, _ in outcomes] == ["draft", "mended", "format", "gpt", "reply"]
        assert await violations(mesh) == []


async def first_input(ana: Person, conversation: str) -> dict[str, Any]:
    """Return what the turn of a conversation began with."""
    found = await ana.call("GET", f"/conversations/{conversation}")
    (turn,) = found["turns"]
    return (await ana.call("GET", f"/turns/{turn['id']}/trace"))["first_input"]
