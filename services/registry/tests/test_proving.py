"""After a publication the cases that fix something are run, once, and told."""

from pathlib import Path

from services.registry.tests.conftest import Heard, Start

BOT = """
name: echo
steps:
  - class: Draft
  - class: Template
    config: {template: "%s"}
  - class: Reply
tests:
  - name: says yes
    given: {messages: [{user: ana, body: hello}]}
    expect: {reply: {body: "yes"}}
    fixes: group-1
  - name: greets
    given: {messages: [{user: ana, body: hello}]}
    expect: {reply: {body: {matches: "."}}}
    fixes: ledger-7
"""


async def test_what_a_revision_passes_is_told_once_also_by_two_registries(
    start: Start, folder: Path, heard: Heard
):
    (folder / "echo.yaml").write_text(BOT % "no")
    (folder / "plain.yaml").write_text("name: plain\nsteps:\n  - class: Draft\n")
    async with start(), start():
        await heard.until(lambda one: "bot.tested.echo" in one.told)
        (folder / "echo.yaml").write_text(BOT % "yes")
        await heard.until(lambda one: one.told.count("bot.tested.echo") == 2)

    tested = [body for key, body in heard.events if key.startswith("bot.tested.")]
    assert [(one["passed"], one["failed"]) for one in tested] == [
        (["ledger-7"], ["group-1"]),
        (["group-1", "ledger-7"], []),
    ]
    cards = [body for key, body in heard.events if key == "bot.published.echo"]
    assert [one["revision"] for one in tested] == [one["revision"] for one in cards]
