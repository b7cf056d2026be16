"""`warren bots push`, `history` and `rollback` against a small Warren of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.stub_warren import NOW, StubWarren
from warren.cli.main import app
from warren.contracts.registry import etag_of

TEXT = "name: echo\nsteps:\n  - class: Draft\n"
OLD = "name: echo\nhistory: 4\nsteps:\n  - class: Draft\n"
DIGESTS = {number: str(number) * 64 for number in (1, 2, 3)}


def bots(*arguments: object, given: str | None = None) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr."""
    done = CliRunner().invoke(app, ["bots", *map(str, arguments)], input=given)
    return done.exit_code, done.stdout, done.stderr


def a_bot(**other: Any) -> dict[str, Any]:
    """Return a BotView."""
    return {
        "name": "echo",
        "status": "serving",
        "revision": DIGESTS[3],
        "number": 3,
        "persona": {"display_name": "echo"},
        "steps": [],
        "file": "echo.yaml",
        "yaml": OLD,
        "published_at": NOW,
    } | other


def a_row(number: int, **other: Any) -> dict[str, Any]:
    """Return a Publication."""
    return {
        "number": number,
        "digest": DIGESTS[number],
        "published_at": NOW,
        "by": "ola",
        "note": "",
        "current": number == 3,
    } | other


def page(*rows: dict[str, Any], cursor: str | None = None) -> dict[str, Any]:
    return {"items": list(rows), "next_cursor": cursor}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "bots").mkdir()
    path = tmp_path / "bots" / "echo.yaml"
    path.write_text(TEXT)
    return path


def test_push_shows_the_difference_and_saves_from_the_state_it_read(
    stub: StubWarren, file: Path
) -> None:
    stub.say("GET", "/bots/echo", a_bot())
    stub.say("PUT", "/bots/echo", a_bot(number=4, revision="4" * 64, yaml=TEXT))

    code, out, err = bots("push", file)

    assert (code, err) == (0, "")
    assert "-history: 4" in out
    assert "Saved. echo is number 4 now, revision 444444444444." in out
    sent = stub.asked[-1]
    assert (sent.body, sent.token) == (TEXT, "t0ken")
    assert sent.headers["if-match"] == f'"{etag_of(OLD)}"'
    assert sent.headers["content-type"] == "application/yaml"


@pytest.mark.parametrize("removed", [True, False])
def test_a_bot_that_is_not_there_is_pushed_as_a_new_one(
    stub: StubWarren, file: Path, removed: bool
) -> None:
    if removed:
        stub.say("GET", "/bots/echo", a_bot(status="removed"))
    else:
        stub.refuse("GET", "/bots/echo", 404, "There is no bot named 'echo'.")
    stub.say("PUT", "/bots/echo", a_bot(number=1, yaml=TEXT), 201)

    code, out, _ = bots("push", file)

    assert (code, "number 1" in out) == (0, True)
    assert stub.asked[-1].headers["if-none-match"] == "*"
    assert "if-match" not in stub.asked[-1].headers


def test_a_wrong_file_is_told_here_and_never_sent(stub: StubWarren, file: Path) -> None:
    file.write_text(TEXT.replace("Draft", "Drft"))

    code, out, err = bots("push", file)

    assert (code, stub.asked) == (1, [])
    assert f"{file}:3:12: unknown step class" in out
    assert "Nothing was sent" in err


def test_a_refused_push_says_what_the_server_says(stub: StubWarren, file: Path) -> None:
    stub.say("GET", "/bots/echo", a_bot())
    faults = [
        {"pointer": "", "detail": "echo.yaml:1:1: odd"},
        {"pointer": "/name", "detail": "echo.yaml:1:7: odder"},
    ]
    stub.refuse("PUT", "/bots/echo", 412, "Somebody else changed echo.", errors=faults)

    code, _, err = bots("push", file)

    assert code == 1
    assert "Somebody else changed echo.\n  echo.yaml:1:1: odd\n  /name: echo" in err


def test_a_dry_run_asks_the_server_and_changes_nothing(stub: StubWarren, file: Path) -> None:
    stub.say("GET", "/bots/echo", a_bot())
    stub.say("POST", "/bots/lint", {"ok": True, "errors": []})

    code, out, _ = bots("push", file, "--dry-run")
    _, as_json, _ = bots("push", file, "--dry-run", "--json")

    assert (code, "-history: 4" in out, "echo would be changed" in out) == (0, True, True)
    told = json.loads(as_json)
    assert (told["new"], told["ok"], "-history: 4" in told["diff"]) == (False, True, True)
    assert {(one.method, one.path) for one in stub.asked} == {
        ("GET", "/bots/echo"),
        ("POST", "/bots/lint"),
    }


def test_a_dry_run_fails_where_the_server_would_refuse(stub: StubWarren, file: Path) -> None:
    fault = {"file": "bot.yaml", "line": 3, "column": 12, "message": "unknown step class"}
    stub.say("GET", "/bots/echo", a_bot())
    stub.say("POST", "/bots/lint", {"ok": False, "errors": [fault]})

    code, out, err = bots("push", file, "--dry-run")

    assert (code, "bot.yaml:3:12" in out, "would refuse" in err) == (1, True, True)


def test_json_is_the_server_s_and_nothing_else(stub: StubWarren, file: Path) -> None:
    stub.say("GET", "/bots/echo", a_bot())
    stub.say("PUT", "/bots/echo", a_bot(number=3, yaml=TEXT))
    stub.say("GET", "/bots/echo/revisions", page(a_row(3)))

    _, pushed, _ = bots("push", file, "--json")
    _, listed, _ = bots("history", "echo", "--json")
    _, same, _ = bots("push", file)

    assert json.loads(pushed)["yaml"] == TEXT
    assert json.loads(listed)["items"][0]["by"] == "ola"
    assert "means what served already" in same


def test_history_tells_who_and_which_serves(stub: StubWarren) -> None:
    rows = (
        a_row(3, note="rolled back to 1"),
        a_row(2, digest=None, by=None, note="the file was removed"),
        a_row(1, by=None),
    )
    stub.say("GET", "/bots/echo/revisions", page(*rows, cursor="1"))

    code, out, _ = bots("history", "echo")

    lines = out.splitlines()
    assert (code, len(lines)) == (0, 4)
    assert lines[0].endswith("333333333333  ola  rolled back to 1  serves now")
    assert lines[1].endswith("-             the file was removed")
    assert lines[2].endswith("111111111111  the file was edited")
    assert lines[3] == "There are more: --cursor 1"


def test_history_shows_what_one_number_changed(stub: StubWarren) -> None:
    stub.say("GET", "/bots/echo/revisions", page(a_row(3), cursor="3"))
    stub.say("GET", "/bots/echo/revisions", page(a_row(2, digest=None), a_row(1)))
    changed = {
        "name": "echo",
        "digest": DIGESTS[1],
        "to": DIGESTS[3],
        "diff": "--- 1\n+++ 3\n-history: 4\n",
        "step_files": [{"class_name": "Shout", "change": "changed"}],
    }
    stub.say("GET", f"/bots/echo/revisions/{DIGESTS[1]}/diff", changed)

    code, out, _ = bots("history", "echo", "--diff", 3)

    assert (code, "-history: 4\nstep file of Shout: changed" in out) == (0, True)
    assert stub.asked[-1].query == {"to": [DIGESTS[3]]}
    assert stub.asked[1].query["cursor"] == ["3"]


@pytest.fixture
def rollable(stub: StubWarren) -> StubWarren:
    """A Warren with three numbers, the third serving."""
    stub.say("GET", "/bots/echo", a_bot())
    stub.say("GET", "/bots/echo/revisions", page(a_row(3), a_row(2, digest=None), a_row(1)))
    changed = {"name": "echo", "digest": DIGESTS[3], "to": DIGESTS[1], "diff": "-history: 4\n"}
    stub.say("GET", f"/bots/echo/revisions/{DIGESTS[3]}/diff", changed)
    stub.say("POST", "/bots/echo/rollback", a_bot(number=4, revision=DIGESTS[1]))
    return stub


@pytest.mark.parametrize(("flags", "given"), [(["--yes"], None), ([], "y\n")])
def test_a_rollback_is_shown_asked_for_and_sent(
    rollable: StubWarren, flags: list[str], given: str | None
) -> None:
    code, out, _ = bots("rollback", "echo", 1, *flags, given=given)

    assert (code, "-history: 4" in out, "number 4 now" in out) == (0, True, True)
    assert rollable.acts == [("POST", "/bots/echo/rollback", {"number": 1})]
    assert rollable.asked[-1].headers["if-match"] == f'"{etag_of(OLD)}"'


@pytest.mark.parametrize(
    ("arguments", "given", "code", "words"),
    [
        (["1"], "n\n", 1, "Nothing was sent"),
        (["1", "--dry-run"], None, 0, "Nothing was sent"),
        (["2", "--yes"], None, 1, "is a removal"),
        (["7", "--yes"], None, 1, "no number 7"),
    ],
)
def test_a_rollback_that_is_not_meant_or_not_possible_sends_nothing(
    rollable: StubWarren, arguments: list[str], given: str | None, code: int, words: str
) -> None:
    ended, out, err = bots("rollback", "echo", *arguments, given=given)

    assert (ended, words in out + err) == (code, True)
    assert rollable.acts == []


def test_a_removed_bot_comes_back_by_a_rollback(rollable: StubWarren) -> None:
    rollable.answers["GET", "/bots/echo"] = [(200, a_bot(status="removed"))]

    code, out, _ = bots("rollback", "echo", 1, "--yes")

    assert (code, "made again" in out) == (0, True)
    assert rollable.asked[-1].headers["if-none-match"] == "*"


def test_json_of_a_rollback_is_the_server_s(rollable: StubWarren) -> None:
    _, done, _ = bots("rollback", "echo", 1, "--yes", "--json")
    _, dry, _ = bots("rollback", "echo", 1, "--dry-run", "--json")

    assert json.loads(done)["number"] == 4
    assert json.loads(dry)["diff"] == "-history: 4\n"
