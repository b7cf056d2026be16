"""`make demo-failure`: let the bot Stumble fail in its five ways, and show what became of each.

Talks to the Warren at WARREN_URL as a person of its own, whose password it keeps in .run/. Ends by
itself. See bot_config/stumble.yaml.
"""

import json
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx2

from infra.native.say import say, stop

BOT = "stumble"
WORDS = ("exception", "timeout", "bad output", "crash", "flaky")
URL = "http://localhost:8080"
ALL_SECONDS = 90.0  # `crash` takes longest: two runners have to die over it and be started again
LOOK_SECONDS = 0.5
BOT_SECONDS = 15.0  # a fresh Warren has just read its bots
MAX_WHAT_CHARS = 90


class Failed(Exception):
    """The demonstration cannot go on; the text says why and what to do."""


@dataclass(frozen=True)
class Row:
    """What became of one message. done: nothing more will happen by itself."""

    word: str
    what: str
    turn: str = ""
    reference: str = ""
    done: bool = True


class Demo:
    """One person who talks to Stumble."""

    def __init__(self, url: str, people: Path) -> None:
        self._url = url.rstrip("/")
        self._people = people
        self._http = httpx2.Client(base_url=f"{self._url}/api/v1", timeout=10)

    def sign_in(self) -> tuple[str, bool]:
        """Return name and whether it is an operator. Raises Failed.

        The account of the last time is used when this Warren still knows it.
        """
        known = self._read_people().get(self._url)
        if known:
            answer = self._ask("POST", "/auth/login", known, refused=True)
            if answer is not None:
                return answer["username"], answer["operator"]
        person = {"username": f"demo-{secrets.token_hex(3)}", "password": secrets.token_urlsafe(18)}
        me = self._ask("POST", "/auth/signup", person | {"display_name": "Demo"})
        self._keep(person)
        return me["username"], me["operator"]

    def open_conversation(self) -> str:
        """Return the id of the conversation with the bot. Raises Failed when there is no bot."""
        until = monotonic() + BOT_SECONDS
        while True:
            made = self._ask("POST", "/conversations", {"members": [BOT]}, refused=True)
            if made is not None:
                return made["id"]
            if monotonic() > until:
                raise Failed(f"There is no bot {BOT}: is bot_config/{BOT}.yaml there, and good?")
            sleep(LOOK_SECONDS)

    def send(self, conversation: str) -> dict[str, str]:
        """Post the five messages; return their ids by word."""
        path = f"/conversations/{conversation}/messages"
        return {word: self._ask("POST", path, {"body": word})["id"] for word in WORDS}

    def look(self, conversation: str, sent: dict[str, str]) -> list[Row]:
        """Return what became of each message until now."""
        turns = self._ask("GET", f"/conversations/{conversation}")["turns"]
        messages = self._ask("GET", f"/conversations/{conversation}/messages?limit=100")["items"]
        answers = {one["in_reply_to"]: one for one in messages if one["author_kind"] == "bot"}
        rows: list[Row] = []
        for word, message in sent.items():
            turn = next((one for one in turns if message in one["answers"]), None)
            if message in answers:
                answer = answers[message]
                rows.append(Row(word, f"answered: {answer['body']}", answer["turn_id"] or ""))
            elif turn is not None and turn["state"] == "parked":
                what = self._cause(turn)
                rows.append(Row(word, what, turn["id"], turn["reference"] or ""))
            else:
                state = turn["state"] if turn else "on its way"
                rows.append(Row(word, f"not yet: {state}", turn["id"] if turn else "", done=False))
        return rows

    def _cause(self, turn: dict[str, Any]) -> str:
        """Return how often a parked turn's step was tried and what went wrong last."""
        log = self._ask("GET", f"/turns/{turn['id']}/trace")["log"]
        tries = [one for one in log if one["error"]]
        if not tries:
            return f"kept safe: {turn['failure']}"
        count = "" if len(tries) == 1 else f" after {len(tries)} tries"
        return f"kept safe{count}: {tries[-1]['error']}"

    def _ask(self, method: str, path: str, body: Any = None, *, refused: bool = False) -> Any:
        """Return the answer. A refusal (4xx) is None when it is expected, else raises Failed."""
        headers = {"Idempotency-Key": str(uuid4())}
        until = monotonic() + BOT_SECONDS
        while True:
            try:
                answer = self._http.request(method, path, json=body, headers=headers)
            except httpx2.TransportError as error:
                raise Failed(
                    f"Nothing answers at {self._url} ({type(error).__name__})."
                    " Start Warren with `make up`, or set WARREN_URL."
                ) from error
            if answer.is_success:
                return answer.json()
            passing = answer.status_code in (429, 502, 503)
            if not passing and answer.status_code < 500 and refused:
                return None
            if not passing or monotonic() > until:
                text = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
                raise Failed(f"Warren at {self._url} refused. {text}")
            sleep(LOOK_SECONDS)

    def _read_people(self) -> dict[str, dict[str, str]]:
        try:
            return json.loads(self._people.read_text())
        except (OSError, ValueError):
            return {}

    def _keep(self, person: dict[str, str]) -> None:
        """Keep the password, by address, readable by its owner only."""
        people = self._read_people() | {self._url: person}
        self._people.parent.mkdir(parents=True, exist_ok=True)
        self._people.touch(mode=0o600)
        self._people.write_text(json.dumps(people, indent=2))


def table(rows: list[Row]) -> str:
    """Return the rows as text under their headings."""
    cells = [("WORD", "REFERENCE", "TURN", "WHAT HAPPENED")]
    cells += [(one.word, one.reference or "-", one.turn or "-", _cut(one.what)) for one in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in cells
    )


def run(url: str, people: Path, tell: Callable[[str], None], seconds: float = ALL_SECONDS) -> bool:
    """Let it fail and tell what happened. Return whether all five came to an end in time."""
    until = monotonic() + seconds
    demo = Demo(url, people)
    name, operator = demo.sign_in()
    conversation = demo.open_conversation()
    tell(f"{name} writes to {BOT}: {', '.join(WORDS)}")
    sent = demo.send(conversation)
    rows = demo.look(conversation, sent)
    told: set[str] = set()
    while not all(one.done for one in rows) and monotonic() < until:
        sleep(LOOK_SECONDS)
        rows = demo.look(conversation, sent)
        for one in rows:
            if one.done and one.word not in told:
                told.add(one.word)
                tell(f"  {one.word}: {_cut(one.what)}")
    tell(f"\n{table(rows)}\n")
    tell(f"The dead letters are at {url.rstrip('/')}/dead-letters, for operators;")
    tell("at the terminal: .venv/bin/warren dead-letters list")
    if operator:
        tell(f"Sign in as {name}, it is one (the first account is); its password is in {people}.")
    return all(one.done for one in rows)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_WHAT_CHARS else text[: MAX_WHAT_CHARS - 1] + "…"


def main() -> int:
    """Run against WARREN_URL; the exit status is 1 when it cannot be shown."""
    people = Path(os.environ.get("RUN_DIR", ".run")) / "demo-failure.json"
    try:
        if run(os.environ.get("WARREN_URL", URL), people, say):
            return 0
        stop(f"Not all came to an end within {ALL_SECONDS:g} s: `make status` says what runs.")
    except Failed as error:
        stop(str(error))
    return 1


if __name__ == "__main__":
    sys.exit(main())
