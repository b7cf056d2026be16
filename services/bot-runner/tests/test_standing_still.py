"""Steps that wait for a person or for another bot, by real runners on a real broker."""

from typing import Any

from warren.contracts.outcome import Ask, Outcome
from warren.contracts.slip import Answer, LogEntry, StepCommand
from warren.step.patch import apply
from warren.testing.commands import first_command
from warren.testing.runner_mesh import RunnerMesh

SHOUT = """
from warren.step import Step

class Shout(Step):
    async def process(self, payload):
        payload["draft"]["body"] = payload["messages"][-1]["body"].upper() + "!"
        return payload
"""
TELL = """
from warren.step import Step

class Tell(Step):
    async def process(self, payload):
        said = payload["delegated"]["replies"][0]["body"]
        payload["draft"]["body"] = f"{payload['delegated']['bot']} said: {said}"
        return payload
"""
BREAK = """
from warren.step import Step

class Break(Step):
    async def process(self, payload):
        raise KeyError("no such thing")
"""


def answered(ask: Ask, answer: Answer) -> StepCommand:
    """The command that the gate sends when it was decided."""
    return ask.command.model_copy(update={"run": ask.command.run + 1, "answer": answer})


def chain(first_input: Any, log: tuple[LogEntry, ...]) -> Any:
    """What the log's patches make of the first input."""
    payload = first_input
    for entry in log:
        payload = apply(payload, entry.patch)
    return payload


async def the_ask(mesh: RunnerMesh) -> tuple[Outcome, Ask]:
    (outcome,) = await mesh.outcome()
    assert outcome.ask is not None
    return outcome, outcome.ask


async def test_approve_waits_with_its_slip_and_goes_on_with_what_was_approved(mesh: RunnerMesh):
    revision = await mesh.bot("Draft", "Shout", "Approve", "Reply", source=SHOUT)
    runner = await mesh.runner(kinds=4)
    await mesh.ask(first_command(revision))

    outcome, ask = await the_ask(mesh)
    assert (ask.kind, ask.body, ask.to) == ("approval", "HELLO!", None)
    assert (outcome.replies, outcome.end) == ((), None)
    assert [entry.outcome for entry in ask.command.log] == ["done", "done", "asked"]
    runner.kill()
    await mesh.runner(kinds=4)  # nothing is held meanwhile: another runner goes on
    value = {"body": "Hello, Ana", "metadata": {}}
    await mesh.ask(answered(ask, Answer(kind="approved", by="olga", value=value)))
    _, last = await mesh.outcome(2)

    assert [reply.body for reply in last.replies] == ["Hello, Ana"]
    assert last.end is not None
    assert [entry.outcome for entry in last.end.log] == ["done", "done", "asked", "done", "done"]
    assert last.end.log[3].by == "olga"
    assert "draft" not in chain(last.end.first_input, last.end.log)
    assert not mesh.letters


async def test_a_form_is_filled_in_by_a_person(mesh: RunnerMesh):
    form = {"days": {"type": "integer", "label": "Days"}}
    config = {"question": "How many for “{content}”?", "form": form, "to": "asker"}
    revision = await mesh.bot(
        "Draft", {"class": "AskHuman", "config": config},
        {"class": "Template", "config": {"template": "{{ answer.days }} days"}}, "Reply",
    )  # fmt: skip
    await mesh.runner(kinds=4)
    await mesh.ask(first_command(revision))

    _, ask = await the_ask(mesh)
    await mesh.ask(answered(ask, Answer(kind="answered", by="ana", value={"days": 3})))
    _, last = await mesh.outcome(2)

    assert (ask.to, ask.body) == ("asker", "How many for “hello”?")
    assert ask.form["properties"] == {"days": {"title": "Days", "type": "integer"}}
    assert [reply.body for reply in last.replies] == ["3 days"]


async def test_a_message_on_behalf_of_the_asker_is_told_as_such(mesh: RunnerMesh):
    config = {"to": "ben", "text": "{draft}"}
    revision = await mesh.bot("Draft", "Shout", {"class": "SendAs", "config": config}, source=SHOUT)
    await mesh.runner(kinds=3)
    await mesh.ask(first_command(revision))

    (outcome,) = await mesh.outcome()

    (sent,) = outcome.replies
    assert (sent.slot, sent.send_to, sent.body) == ("send.0", ("ben",), "HELLO!")
    assert outcome.end is not None
    assert "send_as" not in chain(outcome.end.first_input, outcome.end.log)


async def test_bots_ask_bots_three_deep_and_the_first_goes_on_with_the_answer(mesh: RunnerMesh):
    await mesh.bot("Draft", "Shout", "Reply", source=SHOUT, name="shouter")
    for name, asked in (("second", "shouter"), ("third", "second")):
        steps = ("Draft", {"class": "Delegate", "config": {"bot": asked}}, "Tell", "Reply")
        await mesh.bot(*steps, source=TELL, name=name)
    config = {"persona": "Third", "ask": "please: {content}"}
    steps = ("Draft", {"class": "Delegate", "config": config}, "Tell", "Reply")
    revision = await mesh.bot(*steps, source=TELL, name="first")
    await mesh.runner(kinds=5)

    await mesh.ask(first_command(revision))
    (outcome,) = await mesh.outcome()

    (said,) = outcome.replies
    assert said.body == "third said: second said: shouter said: PLEASE: HELLO!"
    assert (outcome.bot, outcome.path) == ("first", ())
    assert outcome.end is not None
    log = outcome.end.log
    assert [len(entry.path) for entry in log if entry.kind == "shout"] == [3]
    assert [entry.outcome for entry in log].count("returned") == 3
    last = chain(outcome.end.first_input, log)
    assert last["delegated"]["bot"] == "third"
    assert [one["body"] for one in last["messages"]] == ["hello"]
    assert not mesh.letters


async def test_bots_that_ask_one_another_in_a_circle_end_in_one_letter_that_tells_it(
    mesh: RunnerMesh,
):
    revisions = {}
    for name, asked in (("a1", "b2"), ("b2", "c3"), ("c3", "a1")):
        revisions[name] = await mesh.bot(
            "Draft", {"class": "Delegate", "config": {"bot": asked}}, "Reply", name=name
        )
    await mesh.runner(kinds=3)

    await mesh.ask(first_command(revisions["a1"]))
    (letter,) = await mesh.letter()

    assert letter.error.type == "DelegationLoop"
    assert letter.error.text.endswith("a1 → b2 → c3 → a1")
    assert letter.command is not None
    assert [frame.bot for frame in letter.command.stack] == ["a1", "b2"]
    tree = [(len(one.path), one.outcome) for one in letter.command.log if one.kind == "delegate"]
    assert tree == [(0, "delegated"), (1, "delegated"), (2, "dead")]
    assert not mesh.outcomes


async def test_who_is_not_there_cannot_be_asked(mesh: RunnerMesh):
    revision = await mesh.bot("Draft", {"class": "Delegate", "config": {"bot": "nobody"}})
    await mesh.runner(kinds=2)

    await mesh.ask(first_command(revision))
    (letter,) = await mesh.letter()

    assert (letter.error.type, letter.attempt) == ("NoSuchBot", 1)


async def test_a_fallback_takes_the_place_of_a_step_that_failed(mesh: RunnerMesh):
    broken = {"class": "Break", "on_error": {"fallback": "I cannot say just now."}}
    revision = await mesh.bot("Draft", broken, "Reply", source=BREAK)
    await mesh.runner(kinds=3)

    await mesh.ask(first_command(revision))
    (outcome,) = await mesh.outcome()

    assert [reply.body for reply in outcome.replies] == ["I cannot say just now."]
    assert outcome.end is not None
    entry = outcome.end.log[1]
    assert (entry.outcome, entry.error) == ("fallback", "KeyError: 'no such thing'")
    assert not mesh.letters


async def test_a_person_is_asked_for_what_a_failed_step_should_have_written(mesh: RunnerMesh):
    revision = await mesh.bot(
        "Draft", {"class": "Break", "on_error": "ask_human"}, "Reply", source=BREAK
    )
    await mesh.runner(kinds=3)
    await mesh.ask(first_command(revision))

    _, ask = await the_ask(mesh)
    answer = Answer(kind="instead", by="olga", value={"body": "It is noon."})
    await mesh.ask(answered(ask, answer))
    _, last = await mesh.outcome(2)

    assert ask.kind == "instead"
    assert "KeyError" in ask.body
    assert [reply.body for reply in last.replies] == ["It is noon."]
    assert last.end is not None
    assert [entry.outcome for entry in last.end.log] == ["done", "asked", "finished", "done"]
    assert last.end.log[2].by == "olga"
    assert not mesh.letters
