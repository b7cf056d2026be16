"""A small Warren for the command line's tests: it answers what it was told, and notes what it was
asked.
"""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    token: str | None
    headers: dict[str, str] = field(default_factory=lambda: {})


@dataclass
class StubWarren:
    """Listens on a free loopback port while in its `with` block."""

    answers: dict[tuple[str, str], list[tuple[int, Any]]] = field(default_factory=lambda: {})
    asked: list[Asked] = field(default_factory=lambda: [])

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The address, as WARREN_URL wants it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def say(self, method: str, path: str, body: Any, status: int = 200) -> None:
        """Answer this next time; the last thing said is repeated for ever."""
        self.answers.setdefault((method, path), []).append((status, body))

    def refuse(self, method: str, path: str, status: int, detail: str, **more: Any) -> None:
        """Answer with a problem."""
        problem = {"type": "x", "title": "No", "status": status, "detail": detail, "trace_id": "1"}
        self.say(method, path, problem | more, status)

    @property
    def acts(self) -> list[tuple[str, str, Any]]:
        """Everything asked that was no reading."""
        return [(one.method, one.path, one.body) for one in self.asked if one.method != "GET"]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, asked: Asked) -> tuple[int, Any]:
        self.asked.append(asked)
        left = self.answers.get((asked.method, asked.path))
        if not left:
            problem = {"type": "x", "title": "?", "status": 404, "trace_id": "1"}
            return 404, problem | {"detail": f"nothing at {asked.method} {asked.path}"}
        return left.pop(0) if len(left) > 1 else left[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Stay quiet."""

            def do_GET(self) -> None:
                self._answer()

            do_POST = do_PUT = do_GET

            def _read(self, text: bytes) -> Any:
                if self.headers.get("Content-Type") == "application/yaml":
                    return text.decode()
                return json.loads(text) if text else None

            def _answer(self) -> None:
                url = urlsplit(self.path)
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
                status, body = stub._take(
                    Asked(
                        self.command,
                        url.path.removeprefix(PREFIX),
                        parse_qs(url.query),
                        self._read(text),
                        token,
                        {name.lower(): value for name, value in self.headers.items()},
                    )
                )
                out = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

        return Handler


NOW = "2026-03-04T05:06:07Z"
LETTER = "00000000-0000-0000-0000-0000000000a1"
JOB = "00000000-0000-0000-0000-0000000000b1"


def a_row(**other: Any) -> dict[str, Any]:
    """Return a LetterRow."""
    return {
        "id": LETTER,
        "reference": "W-0000ABCD",
        "status": "open",
        "verdict": "needed",
        "reason": "failed",
        "bot": "breaker",
        "step": "break",
        "kind": "break",
        "revision": "r1",
        "conversation_id": None,
        "turn_id": None,
        "run": 3,
        "attempt": 1,
        "failures": 1,
        "error_type": "ValueError",
        "error_text": "no \x1b[31mnumber",
        "runner": "runner-1",
        "fingerprint": "f00d",
        "opened_at": NOW,
        "failed_at": NOW,
    } | other


def a_payload() -> dict[str, Any]:
    """Return a payload that fits its contract."""
    said = {"id": LETTER, "user": "ana", "recipient": "breaker", "body": "é1", "timestamp": NOW}
    return {"messages": [said], "kept": 1}


def a_view(row: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
    """Return a LetterView: three steps, failed at the second."""
    ids = ("draft", "break", "reply")
    card = {"timeout_seconds": 1, "attempts": 4}
    entry = {"revision": "r1", "runner": "runner-1", "queued_at": NOW, "started_at": NOW}
    entry |= {"ended_at": NOW, "step": "draft", "kind": "draft", "position": 0, "outcome": "done"}
    places = [{"position": n, "step": one, "kind": one} for n, one in enumerate(ids[:2])]
    return {
        "letter": row or a_row(),
        "position": 1,
        "path": "",
        "error_stack": "Traceback: here",
        "error_frame": "Break.py:7",
        "routing_key": "break.breaker",
        "message_id": None,
        "headers": {},
        "payload": a_payload(),
        "first_input": a_payload(),
        "raw": None,
        "steps": [{"id": one, "class_name": one, "kind": one} | card for one in ids],
        "attempts": [{"entry": entry, "input": a_payload(), "output": a_payload()}],
        "failures": [],
        "acts": [],
        "seen": [],
        "turn": None,
        "conversation": [],
        "current_revision": "r2",
        "reentry_original": places,
        "reentry_current": [places[0], places[1] | {"why_not": "Step break is gone."}],
        "replayable": None,
    } | other


def a_group() -> dict[str, Any]:
    """Return a LetterGroup."""
    counts = {"open": 2, "replaying": 1, "closed": 3, "returned": 1, "hours": [0] * 24}
    seen = {"first_seen": NOW, "last_seen": NOW, "newest": LETTER, "note": "Ana looks"}
    same = ("fingerprint", "bot", "step", "reason", "error_type", "error_text")
    return {name: a_row()[name] for name in same} | counts | seen


def a_case() -> dict[str, Any]:
    """Return a CaseView."""
    given = {"messages": [{"user": "ana", "body": "hello"}]}
    case = {"name": "it broke", "given": given, "expect": {"reply": {"body": "Hi"}}}
    return {"bot": "breaker", "case": case, "yaml": "  - name: it broke\n"}


def a_plan(**other: int) -> dict[str, int]:
    """Return a ReplayPlan."""
    names = ("answered", "overtaken", "expired", "not_replayable")
    return {"matched": 10, "needed": 8, "groups": 1} | dict.fromkeys(names, 0) | other


def a_job(**other: Any) -> dict[str, Any]:
    """Return a ReplayJob."""
    return {
        "id": JOB,
        "state": "running",
        "made_by": "ana",
        "made_at": NOW,
        "changed_at": NOW,
        "filter": {"group": "f00d"},
        "revision": "original",
        "from_step": None,
        "pace": 100.0,
        "stage": 0,
        "plan": a_plan(),
        "total": 8,
        "pending": 8,
        "sent": 0,
        "resolved": 0,
        "failed_again": 0,
        "skipped": 0,
    } | other
