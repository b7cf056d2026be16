"""`warren dead-letters`, audit and login against a small Warren of their own."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.stub_warren import (
    JOB,
    LETTER,
    NOW,
    StubWarren,
    a_case,
    a_group,
    a_job,
    a_payload,
    a_plan,
    a_row,
    a_view,
)
from warren.cli.main import app
from warren.cli.server import Away, Server

AT = f"/dead-letters/{LETTER}"
JOBS = "/dead-letters/replays"


def warren(*arguments: object, given: str | None = None) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr."""
    done = CliRunner().invoke(app, [str(one) for one in arguments], input=given)
    return done.exit_code, done.stdout, done.stderr


LONG = "x" * 201  # no name is that long


def letters(*arguments: object, given: str | None = None) -> tuple[int, str, str]:
    return warren("dead-letters", *arguments, given=given)


def page(*items: Any, cursor: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": cursor}


def test_list_asks_by_the_filter_of_the_url_and_prints_plain_words(stub: StubWarren) -> None:
    stub.say("GET", "/dead-letters", page(a_row(failures=3), cursor="c2"))

    code, out, _ = letters(
        *("list", "--status", "open", "--status", "replaying", "--bot", "breaker", "--step", "s"),
        *("--group", "f00d", "--reason", "failed", "--runner", "r", "--since", "2026-01-02"),
        *("--until", "2026-01-03T00:00:00+01:00", "--q", "no number", "--limit", 10),
        *("--error-type", "ValueError"),
    )

    assert code == 0
    assert "W-0000ABCD" in out
    assert "open (3. failure)  breaker/break  failed" in out
    assert "--cursor c2" in out
    assert stub.asked[0].token == "t0ken"
    assert stub.asked[0].query == {
        "status": ["open", "replaying"],
        "bot": ["breaker"],
        "step": ["s"],
        "group": ["f00d"],
        "error_type": ["ValueError"],
        "reason": ["failed"],
        "runner": ["r"],
        "since": ["2026-01-02T00:00:00Z"],
        "until": ["2026-01-02T23:00:00Z"],
        "q": ["no number"],
        "limit": ["10"],
    }


def test_a_letters_text_cannot_play_with_the_terminal(stub: StubWarren) -> None:
    stub.say("GET", AT, a_view())

    code, out, _ = letters("show", LETTER)

    assert (code, "\x1b[31m" in out, "no \\x1b[31mnumber" in out) == (0, False, True)


def test_json_is_the_servers_own(stub: StubWarren) -> None:
    for verb, path, answer in (
        (("list",), "/dead-letters", page(a_row())),
        (("groups",), "/dead-letters/groups", page(a_group())),
        (("show", LETTER), AT, a_view()),
        (("replays", "list"), JOBS, page(a_job())),
        (("replays", "show", JOB), f"{JOBS}/{JOB}", a_job()),
    ):
        stub.say("GET", path, answer)
        code, out, err = letters(*verb, "--json")
        assert (code, json.loads(out), err) == (0, answer, "")


def test_a_wrong_filter_is_a_wrong_command_line_and_asks_nobody(stub: StubWarren) -> None:
    for wrong in (
        ("--status", "gone"),
        ("--reason", "x"),
        ("--since", "soon"),
        ("--error-type", LONG),
    ):
        code, _, err = letters("list", *wrong)
        assert code == 2
        assert wrong[0] in err
    assert stub.asked == []


def test_groups_tell_counts_and_the_note(stub: StubWarren) -> None:
    stub.say("GET", "/dead-letters/groups", page(a_group()))

    code, out, _ = letters("groups", "--by", "bot")

    assert (code, stub.asked[0].query["by"]) == (0, ["bot"])
    assert "f00d  2 open, 1 replaying, 3 closed, 1 came back" in out
    assert "note: Ana looks" in out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, ""),
        ({"fixed_by": "c0ffee" * 8, "fixed_at": NOW}, "fixed by revision c0ffeec0ffee at 2026-03"),
        ({"returned_after_fix": True}, "it was fixed, and came back"),
    ],
)
def test_groups_tell_what_is_fixed(stub: StubWarren, more: dict[str, Any], told: str) -> None:
    stub.say("GET", "/dead-letters/groups", page(a_group() | more))

    _, out, _ = letters("groups")

    assert told in out
    assert ("fixed" in out) is bool(told)


def test_case_prints_it_or_puts_it_into_the_file(stub: StubWarren, tmp_path: Path) -> None:
    stub.say("GET", f"{AT}/case", a_case())
    file = tmp_path / "breaker.yaml"
    file.write_text("name: breaker\nsteps:\n  - class: Draft\n  - class: Reply\n")

    printed = letters("case", LETTER)
    kept = letters("case", LETTER, "--into", file)
    again = letters("case", LETTER, "--json")

    assert printed == (0, a_case()["yaml"], "")
    assert kept[0] == 0
    assert "as the test 'it broke'" in kept[1]
    assert "  - name: it broke\n" in file.read_text()
    assert json.loads(again[1]) == a_case()


def test_a_case_never_breaks_a_file(stub: StubWarren, tmp_path: Path) -> None:
    stub.say("GET", f"{AT}/case", a_case())
    file = tmp_path / "breaker.yaml"
    file.write_text("name: breaker\nstepz: []\n")

    code, _, told = letters("case", LETTER, "--into", file)

    assert code == 1
    assert "was not changed" in told
    assert file.read_text() == "name: breaker\nstepz: []\n"
    assert letters("case", LETTER, "--into", tmp_path / "none.yaml")[0] == 1


def test_show_says_first_what_happened(stub: StubWarren) -> None:
    stub.say("GET", AT, a_view())

    code, out, _ = letters("show", LETTER)

    lines = out.splitlines()
    assert code == 0
    assert lines[1].startswith("breaker failed at step break (2 of 3) once at 2026-03-04")
    assert lines[2] == "It is open: somebody must look. The answer is still needed."
    assert lines[3] == "A replay may begin at: draft, break."
    assert out.index("Error") < out.index("Attempts") < out.index("Payload")


def test_show_prints_one_part_whole(stub: StubWarren) -> None:
    raw = base64.b64encode(b"\x00{bad").decode()
    stub.say("GET", AT, a_view(raw=raw))

    assert json.loads(letters("show", LETTER, "--payload")[1]) == a_payload()
    assert letters("show", LETTER, "--stack")[1] == "Traceback: here\n"
    assert letters("show", LETTER, "--raw")[1].split() == [
        "00000000",
        "00",
        "7b",
        "62",
        "61",
        "64",
        ".{bad",
    ]


def test_raw_of_a_readable_letter_is_refused_in_words(stub: StubWarren) -> None:
    stub.say("GET", AT, a_view())

    code, out, err = letters("show", LETTER, "--raw")

    assert (code, out, "can be read" in err) == (1, "", True)


def test_a_replay_sends_what_was_asked_and_says_the_outcome(stub: StubWarren) -> None:
    stub.say("POST", f"{AT}/replay", a_row(status="replaying"))

    code, out, _ = letters(
        "replay", LETTER, "--from-step", "draft", "--revision", "current", "--overtaken"
    )

    assert (code, out) == (0, "Sent again. W-0000ABCD is replaying.\n")
    sent = {"from_step": "draft", "revision": "current", "overtaken": True}
    assert stub.acts == [("POST", f"{AT}/replay", sent)]


def test_a_refusal_is_told_in_the_servers_words(stub: StubWarren) -> None:
    words = "Nothing was changed. ana replayed this at 14:03 UTC."
    fault = {"pointer": "/payload/messages", "detail": "Field required"}
    stub.refuse("POST", f"{AT}/replay", 409, words, errors=[fault])

    code, out, err = letters("replay", LETTER)

    assert (code, out) == (1, "")
    assert err == f"{words}\n  /payload/messages: Field required\n"


@pytest.mark.parametrize(
    ("options", "view", "refused"),
    [
        ((), a_view(), None),
        (("--from-step", "draft"), a_view(), None),
        (("--revision", "current"), a_view(), "Step break is gone."),
        (("--from-step", "nope"), a_view(), "There is no step 'nope'"),
        ((), a_view(a_row(status="replaying", changed_by="ben")), "It is replaying, by ben"),
        ((), a_view(a_row(status="answered", verdict="answered")), "would answer twice"),
        ((), a_view(a_row(verdict="expired")), "--overtaken"),
        (("--overtaken",), a_view(a_row(verdict="overtaken")), None),
        ((), a_view(replayable="The bot's file is gone"), "The bot's file is gone"),
    ],
)
def test_a_dry_replay_says_what_would_happen_and_sends_nothing(
    stub: StubWarren, options: tuple[str, ...], view: dict[str, Any], refused: str | None
) -> None:
    stub.say("GET", AT, view)

    code, out, _ = letters("replay", LETTER, "--dry-run", *options)
    in_json = json.loads(letters("replay", LETTER, "--dry-run", "--json", *options)[1])

    assert code == (1 if refused else 0)
    assert (refused or "Would send it again from step") in out
    assert (in_json["refused"] is None) == (refused is None)
    assert stub.acts == []


def test_edit_opens_the_editor_shows_the_difference_and_asks(
    stub: StubWarren, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/é1/é2/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    stub.say("GET", AT, a_view())
    stub.say("POST", f"{AT}/replay", a_row(status="replaying"))

    refused = letters("edit", LETTER, given="n\n")
    dry = letters("edit", LETTER, "--dry-run")
    assert stub.acts == []
    sent = letters("edit", LETTER, given="y\n")

    assert (refused[0], dry[0], sent[0]) == (1, 0, 0)
    assert '-      "body": "é1"' in dry[1]
    assert '+      "body": "é2"' in dry[1]
    ((_, _, body),) = stub.acts
    assert body["payload"]["messages"][0]["body"] == "é2"
    assert (body["run"], body["payload"]["kept"]) == (3, 1)


def test_an_edit_that_is_wrong_is_told_with_its_place_and_not_sent(
    stub: StubWarren, tmp_path: Path
) -> None:
    stub.say("GET", AT, a_view())
    for text, word in (("{\n  bad", ":2:3:"), ("[]", "JSON object"), ("{}", "/messages")):
        file = tmp_path / "payload.json"
        file.write_text(text)
        code, _, err = letters("edit", LETTER, "--payload", file, "--yes")
        assert (code, word in err) == (1, True)
    assert stub.acts == []


def test_an_edit_without_a_change_is_not_sent(stub: StubWarren, tmp_path: Path) -> None:
    stub.say("GET", AT, a_view())
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(a_payload()))

    code, _, err = letters("edit", LETTER, "--payload", file, "--yes")

    assert (code, "as it was" in err, stub.acts) == (1, True, [])


def test_finish_takes_an_output_or_a_reply(stub: StubWarren) -> None:
    stub.say("GET", AT, a_view())
    stub.say("POST", f"{AT}/finish", a_row(status="answered"))

    dry = letters("finish", LETTER, "--reply", "Hi", "--dry-run")
    assert stub.acts == []
    by_reply = letters("finish", LETTER, "--reply", "Hi")
    by_output = letters("finish", LETTER, "--output", "-", given=json.dumps(a_payload()))

    assert (dry[0], by_reply[0], by_output[0]) == (0, 0, 0)
    assert "breaker's answer" in dry[1]
    assert [body for _, _, body in stub.acts] == [
        {"reply": {"body": "Hi"}},
        {"output": a_payload()},
    ]
    assert letters("finish", LETTER)[0] == 2
    assert letters("finish", LETTER, "--reply", " ")[0] == 2


def test_dismiss_restore_and_note(stub: StubWarren) -> None:
    stub.say("GET", AT, a_view())
    stub.say("POST", f"{AT}/dismiss", a_row(status="dismissed"))
    stub.say("POST", f"{AT}/restore", a_row())
    stub.say("PUT", "/dead-letters/groups/f00d/note", "")

    assert letters("dismiss", LETTER, "--reason", "a test", "--dry-run")[0] == 0
    assert "It is open" in letters("restore", LETTER, "--dry-run")[1]
    assert letters("note", "f00d", "x", "--dry-run")[0] == 0
    assert stub.acts == []
    assert letters("dismiss", LETTER, "--reason", "a test")[0] == 0
    assert letters("restore", LETTER)[0] == 0
    assert letters("note", "f00d", "Ana looks")[0] == 0
    assert [body for _, _, body in stub.acts] == [{"reason": "a test"}, None, {"note": "Ana looks"}]
    assert letters("dismiss", LETTER)[0] == 2


def test_a_group_is_replayed_after_its_plan_and_followed_to_its_end(stub: StubWarren) -> None:
    stub.say("POST", JOBS, a_plan())
    stub.say("POST", JOBS, a_job(), 202)
    stub.say("GET", f"{JOBS}/{JOB}", a_job(stage=1, pending=7, sent=1))
    stub.say("GET", f"{JOBS}/{JOB}", a_job(state="done", pending=0, resolved=8))

    code, out, _ = letters("replay", "--group", "f00d", "--pace", 5, given="y\n")

    assert code == 0
    assert "10 fit, in 1 group: 8 would be replayed." in out
    assert "running: 1 of 8 sent" in out
    assert "done: 8 of 8 sent, 8 resolved, 0 failed again, 0 skipped" in out
    ask = {"filter": {"group": "f00d"}, "revision": "original", "from_step": None, "pace": 5.0}
    assert [body for _, _, body in stub.acts] == [
        ask | {"dry_run": True},
        ask | {"dry_run": False},
    ]


def test_a_job_that_stopped_by_itself_ends_with_one_and_its_reason(stub: StubWarren) -> None:
    why = "The same failure came back: f00d."
    skips = [{"letter": LETTER, "reference": "W-1", "why": "answered by ana"}]
    stub.say("POST", JOBS, a_plan())
    stub.say("POST", JOBS, a_job(), 202)
    halted = a_job(state="halted", why=why, pending=2, failed_again=6, skipped=1, skips=skips)
    stub.say("GET", f"{JOBS}/{JOB}", halted)

    code, out, _ = letters("replays", "start", "--group", "f00d", "--yes")

    assert (code, why in out, "left out W-1: answered by ana" in out) == (1, True, True)


def test_a_dry_bulk_replay_only_plans(stub: StubWarren) -> None:
    stub.say("POST", JOBS, a_plan())

    assert letters("replay", "--group", "f00d", "--dry-run")[0] == 0
    assert json.loads(letters("replays", "start", "--all", "--dry-run", "--json")[1]) == a_plan()
    assert [body["dry_run"] for _, _, body in stub.acts] == [True, True]


def test_nothing_is_replayed_without_a_letter_or_a_filter_or_a_yes(stub: StubWarren) -> None:
    stub.say("POST", JOBS, a_plan())

    assert letters("replay")[0] == 2
    assert letters("replay", LETTER, "--group", "f00d")[0] == 2
    assert letters("replays", "start")[0] == 2
    assert letters("replay", "--group", "f00d", given="n\n")[0] == 1
    assert all(body["dry_run"] for _, _, body in stub.acts)


def test_leaving_a_followed_job_leaves_it_running_and_says_so(
    stub: StubWarren, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("warren.cli.replays.time.sleep", leave)
    stub.say("GET", f"{JOBS}/{JOB}", a_job())

    code, _, err = letters("replays", "show", JOB, "--follow")

    assert (code, "It goes on without you" in err, stub.acts) == (0, True, [])


def test_a_followed_job_outlives_its_servers_restart(
    stub: StubWarren, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    ask = Server.ask

    def away_once(self: Server, *what: Any, **more: Any) -> str:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Away("No answer")
        return ask(self, *what, **more)

    monkeypatch.setattr(Server, "ask", away_once)
    stub.say("GET", f"{JOBS}/{JOB}", a_job())
    stub.say("GET", f"{JOBS}/{JOB}", a_job(state="done", pending=0, resolved=8))

    code, out, _ = letters("replays", "show", JOB, "--follow")

    assert (code, "done: 8 of 8 sent" in out) == (0, True)


@pytest.mark.parametrize("verb", ["pause", "resume", "stop"])
def test_a_job_is_paused_resumed_and_stopped(stub: StubWarren, verb: str) -> None:
    stub.say("GET", f"{JOBS}/{JOB}", a_job())
    stub.say("POST", f"{JOBS}/{JOB}/{verb}", a_job(state="paused"))

    assert letters("replays", verb, JOB, "--dry-run")[1].startswith(f"Would {verb} it.")
    assert stub.acts == []
    assert letters("replays", verb, JOB)[1].startswith("paused: ")


def test_export_writes_what_comes_and_leaves_no_file_after_a_refusal(
    stub: StubWarren, tmp_path: Path
) -> None:
    stub.say("GET", "/dead-letters/export.csv", "id,bot\r\n")
    assert letters("export", "--bot", "b", "--to", tmp_path / "a.csv")[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == b"id,bot\r\n"

    stub.answers.clear()
    stub.refuse("GET", "/dead-letters/export.csv", 403, "Only operators.")
    code, _, err = letters("export", "--to", tmp_path / "b.csv")
    assert (code, err, (tmp_path / "b.csv").exists()) == (1, "Only operators.\n", False)


def test_audit_tells_who_did_what(stub: StubWarren) -> None:
    row = {"id": 1, "at": "2026-03-04T05:06:07Z", "by": "ana", "act": "dead_letter.edited"}
    row |= {"subject": "dead_letter", "subject_id": LETTER, "detail": {"pointers": "/a"}}
    stub.say("GET", "/audit", page(row))
    stub.say("GET", "/audit/export", '{"id": 1}\n')

    code, out, _ = warren("audit", "--act", "dead_letter.edited", "--by", "ana")

    assert (code, stub.asked[0].query["by"]) == (0, ["ana"])
    assert f"ana dead_letter.edited dead_letter {LETTER} pointers=/a" in out
    assert warren("audit", "--export")[1] == '{"id": 1}\n'


def test_login_keeps_a_token_for_this_server_and_its_owner_only(
    stub: StubWarren, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = {"id": LETTER, "username": "ana", "display_name": "Ana", "operator": True}
    stub.say("POST", "/auth/login", me)
    stub.say("POST", "/auth/tokens", {"token": "s3cret", "name": "warren cli"}, 201)
    stub.say("POST", "/auth/logout", "", 204)
    stub.say("GET", "/dead-letters", page())
    monkeypatch.delenv("WARREN_TOKEN")

    code, out, _ = warren("login", "ana", given="correct horse\n")

    kept = tmp_path / "config" / "warren" / "token"
    assert (code, kept.stat().st_mode & 0o777) == (0, 0o600)
    assert "s3cret" not in out
    assert "correct horse" not in out
    assert stub.asked[0].body == {"username": "ana", "password": "correct horse"}
    assert letters("list")[0] == 0
    assert stub.asked[-1].token == "s3cret"
    with StubWarren() as other:
        monkeypatch.setenv("WARREN_URL", other.url)
        letters("list")
        assert other.asked[0].token is None, "a token never goes to another server"


def test_faults_of_the_way_are_told_without_a_traceback(
    stub: StubWarren, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.refuse("GET", "/dead-letters", 401, "You are not signed in.")
    assert "warren login" in letters("list")[2]
    stub.answers.clear()
    stub.say("GET", "/dead-letters", "<html>", 502)
    assert "answered 502" in letters("list")[2]
    stub.answers.clear()
    stub.say("GET", "/dead-letters", {"items": [{"new": 1}], "next_cursor": None})
    assert "another version" in letters("list")[2]

    monkeypatch.setenv("WARREN_URL", "http://127.0.0.1:1")
    code, out, err = letters("list")
    assert (code, out, "No answer from http://127.0.0.1:1" in err) == (1, "", True)
    assert "Traceback" not in err
    monkeypatch.setenv("WARREN_URL", "nonsense")
    assert letters("list")[0] == 1


def test_what_a_person_types_stays_one_part_of_the_path(stub: StubWarren) -> None:
    letters("dismiss", "../auth/logout?", "--reason", "x")

    assert stub.acts[0][1] == "/dead-letters/..%2Fauth%2Flogout%3F/dismiss"
