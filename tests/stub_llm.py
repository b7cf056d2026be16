"""A stub of an OpenAI-compatible server that never gives the same answer twice, so that a double
would show."""

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Call:
    """One call: what was asked last, under which idempotency key, with whose API key."""

    question: str
    key: str
    asker: str


class StubModel:
    """Listens on a free loopback port while in its `with` block. Answers are `answer <n> to <last
    message>`."""

    def __init__(self, delay_seconds: float = 0.0, words: int = 6) -> None:
        self.delay_seconds = delay_seconds
        self.words = words
        self.calls: list[Call] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Base URL, as OPENAI_BASE_URL wants it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

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

    def answer(self, asked: dict[str, Any], key: str, asker: str) -> str:
        """Return the next answer and note the call."""
        users = [one["content"] for one in asked["messages"] if one["role"] == "user"]
        question = users[-1] if users else "nothing"
        with self._lock:
            self.calls.append(Call(question, key, asker))
            number = len(self.calls)
        return f"answer {number} to {question}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Stay quiet."""

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers.get("Idempotency-Key") or ""
                text = stub.answer(asked, key, self.headers.get("Authorization") or "")
                time.sleep(stub.delay_seconds)
                if asked.get("stream"):
                    self._stream(text, asked["model"])
                else:
                    self._whole(text, asked["model"])

            def _whole(self, text: str, model: str) -> None:
                choice = {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": text},
                }
                body = json.dumps(_completion("chat.completion", model, choice)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _stream(self, text: str, model: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for word in text.split(" "):
                    self._event(model, {"content": word if word == "answer" else f" {word}"}, None)
                self._event(model, {}, "stop")
                self.wfile.write(b"data: [DONE]\n\n")

            def _event(self, model: str, delta: dict[str, str], finish: str | None) -> None:
                choice = {"index": 0, "delta": delta, "finish_reason": finish}
                chunk = _completion("chat.completion.chunk", model, choice)
                self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                self.wfile.flush()

        return Handler


def _completion(kind: str, model: str, choice: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "stub",
        "object": kind,
        "created": 1,
        "model": model,
        "choices": [choice],
    } | (
        {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
        if kind == "chat.completion"
        else {}
    )
