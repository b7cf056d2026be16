"""One click makes a test: a case goes to the end of the bot's file, and the rest stays."""

from pathlib import Path

from services.registry.tests.conftest import Heard, Start

BOT = """# mine
name: echo
steps:
  - class: Draft # begin
  - class: Template
    config: {template: "yes"}
  - class: Reply
"""
CASE = {
    "name": "says yes",
    "given": {"messages": [{"user": "ana", "body": "hello"}]},
    "expect": {"reply": {"body": "yes"}},
    "fixes": "group-1",
}
OLA = {"Authorization": "Bearer ola"}


async def test_a_case_is_added_by_an_operator_and_proved(start: Start, folder: Path, heard: Heard):
    file = folder / "echo.yaml"
    file.write_text(BOT)
    async with start() as registry:
        await heard.until(lambda one: len(one.cards()) == 1)
        ask = registry.public.post
        foreign = await ask("/bots/echo/cases", json={"case": CASE})
        nobody = await ask("/bots/nobody/cases", json={"case": CASE}, headers=OLA)
        wrong = await ask("/bots/echo/cases", json={"case": {"name": "x"}}, headers=OLA)
        added = await ask("/bots/echo/cases", json={"case": CASE}, headers=OLA)
        await heard.until(lambda one: "bot.tested.echo" in one.told)

    codes = [one.status_code for one in (foreign, nobody, wrong, added)]
    assert codes == [403, 404, 422, 200]
    text = file.read_text()
    assert text.startswith(BOT.rstrip("\n"))
    assert "  - name: says yes\n" in text
    tested = next(body for key, body in heard.events if key == "bot.tested.echo")
    assert tested["passed"] == ["group-1"]
