"""Every button has its command: each route of chat-api under dead-letters is asked by a verb of
`warren`.
"""

import importlib
import json
import pkgutil
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from typer.testing import CliRunner

from chat_api import routes
from tests.stub_warren import (
    JOB,
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

ONE = "/dead-letters/W-0000ABCD"
JOBS = "/dead-letters/replays"
NONE = {"items": [], "next_cursor": None}
VERBS: dict[tuple[str, str], tuple[list[str], object]] = {
    ("GET", "/dead-letters"): (["list"], NONE),
    ("GET", "/dead-letters/groups"): (["groups"], NONE | {"items": [a_group()]}),
    ("PUT", "/dead-letters/groups/{fingerprint}/note"): (["note", "W-0000ABCD", "x"], ""),
    ("GET", "/dead-letters/export.csv"): (["export"], "id\r\n"),
    ("GET", "/dead-letters/payload-schema"): (["schema"], {}),
    ("GET", "/dead-letters/{id}"): (["show", "W-0000ABCD"], a_view()),
    ("GET", "/dead-letters/{id}/case"): (["case", "W-0000ABCD"], a_case()),
    ("POST", "/dead-letters/{id}/replay"): (["replay", "W-0000ABCD"], a_row()),
    ("POST", "/dead-letters/{id}/finish"): (["finish", "W-0000ABCD", "--reply", "x"], a_row()),
    ("POST", "/dead-letters/{id}/dismiss"): (["dismiss", "W-0000ABCD", "--reason", "x"], a_row()),
    ("POST", "/dead-letters/{id}/restore"): (["restore", "W-0000ABCD"], a_row()),
    ("POST", JOBS): (["replay", "--bot", "b", "--dry-run"], a_plan()),
    ("GET", JOBS): (["replays", "list"], NONE),
    ("GET", f"{JOBS}/{{id}}"): (["replays", "show", JOB], a_job()),
    ("POST", f"{JOBS}/{{id}}/pause"): (["replays", "pause", JOB], a_job()),
    ("POST", f"{JOBS}/{{id}}/resume"): (["replays", "resume", JOB], a_job()),
    ("POST", f"{JOBS}/{{id}}/stop"): (["replays", "stop", JOB], a_job()),
}


def routes_of_letters() -> set[tuple[str, str]]:
    """Return method and path of every route of chat-api under /dead-letters."""
    modules = [
        importlib.import_module(f"{routes.__name__}.{one.name}")
        for one in pkgutil.iter_modules(routes.__path__)
    ]
    found = [
        route
        for module in modules
        for route in getattr(getattr(module, "router", None), "routes", ())
        if isinstance(route, APIRoute) and route.path.startswith("/dead-letters")
    ]
    assert found
    return {(method, route.path) for route in found for method in route.methods or ()}


def test_every_route_of_dead_letters_has_its_verb() -> None:
    assert routes_of_letters() - set(VERBS) == set()


@pytest.mark.parametrize("route", VERBS, ids=lambda one: f"{one[0]} {one[1]}")
def test_the_verb_asks_its_route(
    route: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (method, template), (verb, answer) = route, VERBS[route]
    subject = JOB if template.startswith(JOBS) else "W-0000ABCD"
    path = template.replace("{id}", subject).replace("{fingerprint}", subject)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with StubWarren() as stub:
        monkeypatch.setenv("WARREN_URL", stub.url)
        stub.say(method, path, answer)

        done = CliRunner().invoke(app, ["dead-letters", *verb])

        assert (done.exit_code, done.stderr) == (0, "")
        assert [(one.method, one.path) for one in stub.asked] == [(method, path)]


def test_edit_is_a_replay_with_a_payload(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(a_payload() | {"more": True}))
    with StubWarren() as stub:
        monkeypatch.setenv("WARREN_URL", stub.url)
        stub.say("GET", ONE, a_view())
        stub.say("POST", f"{ONE}/replay", a_row())

        done = CliRunner().invoke(
            app, ["dead-letters", "edit", "W-0000ABCD", "--payload", str(file), "--yes"]
        )

        assert done.exit_code == 0
        assert stub.acts[0][2]["payload"] == a_payload() | {"more": True}
