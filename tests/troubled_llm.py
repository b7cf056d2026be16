"""A stub model that gets into the trouble that the asked model's name says: `500`, `hang`, `cut`…

`away` makes it refuse everybody, whatever they ask for.
"""

import json
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.stub_llm import StubModel

HANG_SECONDS = 8.0
BIG_CHARS = 1_000_000


class TroubledModel(StubModel):
    """Counts what it is asked, by model. `asked_at` has the times, for those while it is away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked: Counter[str] = Counter()
        self.asked_away_at: list[float] = []

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(super()._handler()):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                trouble = asked["model"]
                with model._lock:
                    model.asked[trouble] += 1
                    number = model.asked[trouble]
                    if model.away:
                        model.asked_away_at.append(time.monotonic())
                if model.away:
                    return self._text("away for a while", status=503)
                match trouble:
                    case "429":
                        if number == 1:
                            return self._text("slow down", 429, {"Retry-After": "1"})
                    case "500":
                        return self._text("it broke", 500)
                    case "hang":
                        time.sleep(HANG_SECONDS)
                        return None
                    case "cut":
                        return self._pieces('{"content": "the begin"}')
                    case "empty":
                        return self._pieces('{"content": " "}', "stop")
                    case "words":
                        return self._text("<html>welcome to the hotel</html>", kind="text/html")
                    case "big":
                        return self._pieces(json.dumps({"content": "x" * BIG_CHARS}), "stop")
                    case _:
                        pass
                return self._pieces('{"content": "well"}', "stop")

            def _text(
                self,
                text: str,
                status: int = 200,
                headers: dict[str, str] | None = None,
                kind: str = "text/plain",
            ) -> None:
                self.send_response(status)
                for name, value in ({"Content-Type": kind} | (headers or {})).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def _pieces(self, delta: str, finish: str | None = None) -> None:
                choice: dict[str, Any] = {"index": 0, "delta": json.loads(delta)}
                chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
                body = chunk | {"choices": [choice | {"finish_reason": finish}]}
                done = "data: [DONE]\n\n" if finish else ""
                self._text(f"data: {json.dumps(body)}\n\n{done}", kind="text/event-stream")

        return Handler
