"""chat-api's memories and a model's embeddings, over real HTTP: for tests of runners.

It stands for services that are elsewhere. Every text has the same vector, so all is found again.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from uuid import uuid4

from warren.contracts.base import JsonObject
from warren.contracts.memories import MemoryQuery, NewMemory, Recalled, Remembered

VECTOR = [0.6, 0.8]


class MemoryDouble:
    """Answers `/inner/memories` and `/v1/embeddings`. Use `with`; `url` is both addresses' root."""

    def __init__(self) -> None:
        self.kept: list[NewMemory] = []
        self.queries: list[MemoryQuery] = []
        self.tokens: set[str] = set()
        self.status = 200  # of what is asked of chat-api
        self.refused = 0
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if self.path == "/v1/embeddings":
                    data = [{"object": "embedding", "index": 0, "embedding": VECTOR}]
                    return self.answer(200, {"object": "list", "model": "m", "data": data})
                double.tokens.add(self.headers.get("Authorization", ""))
                if double.status != 200:
                    double.refused += 1
                    return self.answer(double.status, {})
                return self.answer(200, double.asked(self.path, body))

            def answer(self, status: int, body: JsonObject) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Return the address that CHAT_API_INNER_URL names; the model's is `/v1` behind it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def asked(self, path: str, body: bytes) -> JsonObject:
        """Keep a memory, or return all that this bot keeps of this turn's asker."""
        if path == "/inner/memories":
            self.kept.append(NewMemory.model_validate_json(body))
            return {}
        query = MemoryQuery.model_validate_json(body)
        self.queries.append(query)
        texts = {one.key: one.text for one in self.kept if one.bot == query.bot}
        found = Recalled(
            items=tuple(
                Remembered(id=uuid4(), text=text, likeness=1.0, at="2026-11-22T09:00:00Z")  # type: ignore[arg-type]  # read as a time
                for text in texts.values()
            )
        )
        return found.model_dump(mode="json")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
