import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from warren.cli import local_model
from warren.cli.main import app

ECHO = """\
name: loud
steps:
  - class: Draft
  - class: Shout
    config: {ending: "!"}
  - class: Reply
tests:
  - name: shouts
    given: {messages: [{user: ana, body: hi}]}
    expect: {reply: {body: HI!}}
"""
SHOUT = """\
from warren.step import Step

class Shout(Step):
    async def process(self, payload):
        self.log.info("shouting")
        payload["draft"]["body"] = payload["messages"][-1]["body"].upper() + self.config.ending
        return payload
"""


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """The command sends logs to the stderr of its run, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "shout.py").write_text(SHOUT)
    (tmp_path / "loud.yaml").write_text(ECHO)
    return tmp_path


def run(command: list[object]) -> subprocess.CompletedProcess[str]:
    """Run a command that a person was told to run."""
    words = [str(each) for each in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def warren(*arguments: object) -> tuple[int, str]:
    """Return the exit code and what was printed; of a wrong command line, what it complained of."""
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    return done.exit_code, done.stderr if done.exit_code == 2 else done.stdout


def test_lint_of_good_bots_ends_well(folder: Path) -> None:
    assert warren("bots", "lint", folder) == (0, "1 of 1 bots are good; errors: 0\n")


def test_lint_shows_the_line_and_a_caret(folder: Path) -> None:
    bad = folder / "bad.yaml"
    bad.write_text("name: bad\nsteps:\n  - class: Shuot\n")

    code, output = warren("bots", "lint", bad, folder / "loud.yaml")

    assert code == 1
    assert output == (
        f'{bad}:3:12: unknown step class "Shuot" (did you mean "Shout"?)\n'
        "      - class: Shuot\n"
        "               ^\n"
        "1 of 2 bots are good; errors: 1\n"
    )


def test_lint_tells_a_broken_step_file_and_a_missing_bot(folder: Path) -> None:
    (folder / "steps" / "bad.py").write_text("x = = 1\n")

    code, output = warren("bots", "lint", folder / "none.yaml")

    assert code == 1
    assert "steps/bad.py:1:1: SyntaxError: invalid syntax\n    x = = 1\n    ^\n" in output
    assert "none.yaml:1:1: it cannot be read: there is no such file" in output


def test_run_shows_what_each_step_changes(folder: Path) -> None:
    code, output = warren("bots", "run", folder / "loud.yaml", "--message", "hello")

    assert code == 0
    assert "2/3 shout (Shout)" in output
    assert '  ~ /draft/body "HELLO!"\n' in output
    assert "  says: HELLO!\n" in output


def test_run_takes_a_payload_and_one_step(folder: Path) -> None:
    payload = folder / "payload.json"
    payload.write_text(json.dumps({"messages": [{"body": "x"}], "draft": {"body": ""}}))

    code, output = warren(
        "bots", "run", folder / "loud.yaml", "--payload", payload, "--step", "shout"
    )

    assert code == 0
    assert '~ /draft/body "X!"' in output
    assert "(Draft)" not in output


def test_run_can_stop_early(folder: Path) -> None:
    code, output = warren("bots", "run", folder / "loud.yaml", "--message", "x", "--until", "shout")

    assert (code, "(Shout)" in output, "(Reply)" in output) == (0, True, False)


def test_run_says_which_step_failed(folder: Path) -> None:
    payload = folder / "payload.json"
    payload.write_text(json.dumps({"messages": [{"user": "ana", "recipient": "loud"}]}))

    code, output = warren("bots", "run", folder / "loud.yaml", "--payload", payload)

    assert code == 1
    assert "2/3 shout (Shout) failed: KeyError: 'body'" in output


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], "give one of --message and --payload"),
        (["--message", "x", "--until", "shuot"], 'did you mean "shout"?'),
        (["--payload", "nowhere.json"], "cannot be read"),
    ],
)
def test_run_says_what_it_needs(folder: Path, options: list[str], text: str) -> None:
    code, output = warren("bots", "run", folder / "loud.yaml", *options)

    assert code == 2
    assert text in " ".join(output.replace("│", " ").split())


def test_bots_run_their_own_tests(folder: Path) -> None:
    assert warren("bots", "test", folder) == (0, "passed  loud: shouts\n1 passed, 0 failed\n")


def test_a_failing_or_broken_bot_fails_and_the_others_are_still_run(folder: Path) -> None:
    (folder / "a.yaml").write_text(ECHO.replace("name: loud", "name: other").replace("HI!", "HO!"))
    (folder / "b.yaml").write_text("name: bb\n")

    code, output = warren("bots", "test", folder)

    assert code == 1
    assert "failed  other: shouts\n        reply.body: 'HI!' instead of 'HO!'\n" in output
    assert 'b.yaml:1:1: "steps" is missing' in output
    assert output.endswith("passed  loud: shouts\n1 passed, 2 failed\n")


def test_a_new_bot_is_good_and_passes(tmp_path: Path) -> None:
    code, output = warren("bots", "new", "rose-bot", "--folder", tmp_path)

    assert (code, "rose-bot.yaml is there" in output) == (0, True)
    assert warren("bots", "lint", tmp_path)[0] == 0
    assert warren("bots", "test", tmp_path)[0] == 0
    assert warren("bots", "new", "rose-bot", "--folder", tmp_path)[0] == 2
    assert warren("bots", "new", "Rose Bot", "--folder", tmp_path)[0] == 2


@pytest.mark.parametrize(
    ("name", "class_name", "file"),
    [
        ("KidsJournal", "KidsJournal", "kids_journal.py"),
        ("kids-journal", "KidsJournal", "kids_journal.py"),
        ("shout", "Shout", "shout.py"),
        ("HTTPCall", "HTTPCall", "httpcall.py"),
    ],
)
def test_a_new_step_works_at_once(tmp_path: Path, name: str, class_name: str, file: str) -> None:
    code, output = warren("steps", "new", name, "--folder", tmp_path)
    (tmp_path / "a.yaml").write_text(
        f"name: aa\nsteps: [{{class: Draft}}, {{class: {class_name}}}, {{class: Reply}}]\n"
        "tests:\n"
        "  - {name: a, given: {messages: [{user: a, body: x}]}, expect: {reply: {body: '!'}}}\n"
    )

    assert (code, f"steps/{file}, its test and" in output) == (0, True)
    assert warren("bots", "test", tmp_path)[0] == 0
    assert warren("steps", "new", name, "--folder", tmp_path)[0] == 2


def test_what_a_new_step_tells_to_run_next_works(tmp_path: Path) -> None:
    warren("steps", "new", "shout", "--folder", tmp_path)
    step = tmp_path / "steps" / "shout.py"

    own = run([sys.executable, "-m", "pytest", "-q", step.with_name("test_shout.py")])
    alone = run([sys.executable, step, "--payload", step.with_suffix(".payload.json")])

    assert (own.returncode, "3 passed" in own.stdout) == (0, True), own.stdout
    assert json.loads(alone.stdout)["draft"]["body"] == "Hello Ana!"


GRAPH = """\
loud (Loud)
  a person's message (in groups all messages), with the 10 newest
  │
   1 draft  Draft
   2 shout  Shout  your own class · failed: a person is asked
   3 look   Http   asks api.example.com · at most 20 s
   4 ask    Delegate  asks the bot rose · 2 tries
   5 gpt    Gpt    asks the model · failed: says a text of yours
   6 reply  Reply
  ▼
  a draft, until ola approves it
"""
WHOLE = """\
name: loud
persona: {display_name: Loud}
listens: all
reply: draft
approver: ola
steps:
  - class: Draft
  - {class: Shout, on_error: ask_human}
  - {id: look, class: Http, config: {url: https://api.example.com}, timeout_seconds: 20}
  - {id: ask, class: Delegate, config: {bot: rose}, retry: {attempts: 2}}
  - {class: Gpt, on_error: {fallback: Sorry}}
  - class: Reply
"""


def test_a_graph_shows_steps_what_they_reach_and_where_failures_go(folder: Path) -> None:
    file = folder / "loud.yaml"
    file.write_text(WHOLE)

    code, drawn = warren("bots", "graph", file)

    assert code == 0
    assert [" ".join(line.split()) for line in drawn.splitlines()] == [
        " ".join(line.split()) for line in GRAPH.splitlines()
    ]


def test_a_graph_as_mermaid_leads_from_step_to_step(folder: Path) -> None:
    code, drawn = warren("bots", "graph", folder / "loud.yaml", "--mermaid")

    lines = drawn.splitlines()
    assert (code, lines[0]) == (0, "flowchart TD")
    assert '  s2["shout (Shout)<br/>your own class"]' in lines
    assert [line.strip() for line in lines if "-->" in line] == [
        "start --> s1", "s1 --> s2", "s2 --> s3", "s3 --> finish"
    ]  # fmt: skip


def test_a_graph_of_a_broken_file_says_what_is_wrong(folder: Path) -> None:
    (folder / "loud.yaml").write_text("name: loud\nsteps: [{class: Drft}]\n")

    code, said = warren("bots", "graph", folder / "loud.yaml")

    assert (code, 'did you mean "Draft"?' in said) == (1, True)


@pytest.mark.parametrize("listens", [True, False])
def test_a_run_asks_the_local_model_where_none_is_set_and_it_listens(
    folder: Path, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    (folder / "loud.yaml").write_text("name: loud\nsteps: [{class: Draft}, {class: Gpt}]\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("LLM_PORT", str(server.getsockname()[1]))
        if not listens:
            server.close()
        before = warren("bots", "run", folder / "loud.yaml", "--message", "hi", "--until", "draft")
        address = local_model.ask_it()
        monkeypatch.setattr(local_model, "ask_it", lambda: None)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
        code, said = warren("bots", "run", folder / "loud.yaml", "--message", "hi")

    assert (before[0], "The model is" in before[1]) == (0, False)
    assert bool(address) is listens
    assert (code, "make up" in said) == (1, True)


def test_a_step_needs_a_name_that_python_takes(tmp_path: Path) -> None:
    assert warren("steps", "new", "9 lives!", "--folder", tmp_path)[0] == 2


def test_a_run_is_kept_as_a_test_that_passes(folder: Path) -> None:
    code, said = warren(
        "bots", "run", folder / "loud.yaml", "--message", "hello", "--record", "shouts hello"
    )

    assert code == 0, said
    assert "kept in" in said
    assert "shouts hello" in (folder / "loud.yaml").read_text()
    assert warren("bots", "test", folder / "loud.yaml")[1].endswith("2 passed, 0 failed\n")


def test_a_run_of_a_part_is_not_kept(folder: Path) -> None:
    before = (folder / "loud.yaml").read_text()

    code, said = warren(
        "bots", "run", folder / "loud.yaml", "--message", "hi", "--until", "draft",
        "--record", "x",
    )  # fmt: skip

    assert (code, (folder / "loud.yaml").read_text()) == (2, before)
    assert "whole runs" in said


def test_what_fuzzing_broke_is_kept_as_a_test_that_fails(folder: Path) -> None:
    step = SHOUT.replace('["body"].upper()', '["body"].split()[0]')
    (folder / "steps" / "shout.py").write_text(step)

    code, said = warren("bots", "fuzz", folder / "loud.yaml", "--cases", 100, "--keep")

    assert code == 1
    assert "broke: IndexError" in said
    assert "100 cases, seed 1: 1 different faults" in said
    code, said = warren("bots", "test", folder / "loud.yaml")
    assert code == 1
    assert "failed  loud: survives: IndexError" in said


def test_a_bot_that_survives_ends_well(folder: Path) -> None:
    code, said = warren("bots", "fuzz", folder / "loud.yaml", "--cases", 50)

    assert (code, said) == (0, "50 cases, seed 1: 0 different faults\n")
