"""A registry as far as runners see it, over real HTTP: for tests and benchmarks of runners.

It stands for a service that is elsewhere; kinds, revisions and whether it answers can be changed.
"""

import json
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from warren.contracts.base import JsonObject
from warren.contracts.bot import BotFile
from warren.contracts.registry import BotCard, Revision
from warren.step.revision import build, step_cards, step_source


def revision_of(
    name: str, steps: Iterable[JsonObject], sources: dict[str, str] | None = None
) -> Revision:
    """Return the revision of a bot file with these steps; sources are step files by class name."""
    bot = BotFile.model_validate({"name": name, "steps": list(steps)})
    made = {each: step_source(each, text) for each, text in (sources or {}).items()}
    return build(bot, made, datetime.now(UTC))


def card_of(revision: Revision) -> BotCard:
    """Return the card that the registry publishes of a revision."""
    bot = BotFile.model_validate(revision.bot)
    return BotCard(
        name=bot.name,
        number=1,
        revision=revision.digest,
        persona=bot.persona.model_copy(update={"display_name": bot.name.title()}),
        history=bot.history,
        listens=bot.listens,
        timezone=bot.timezone,
        while_busy=bot.while_busy,
        concurrency=bot.concurrency,
        expires_after=bot.expires_after,
        steps=step_cards(bot),
        published_at=revision.created_at,
    )


class RegistryDouble:
    """Answers heartbeats and revisions. Use `with`; `url` is its inner address."""

    def __init__(self, revisions: Iterable[Revision] = ()) -> None:
        self.revisions: dict[str, Revision] = {}
        self.kinds: set[str] = set()
        self.heartbeats: list[JsonObject] = []
        self.goodbyes: list[str] = []
        self.asked: list[str] = []
        self.away = False
        for each in revisions:
            self.add(each)
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                double.heartbeats.append(json.loads(self.rfile.read(length)))
                self.answer(200, {"kinds": sorted(double.kinds)})

            def do_DELETE(self) -> None:
                double.goodbyes.append(self.path.rsplit("/", 1)[-1])
                self.answer(200, {})

            def do_GET(self) -> None:
                if self.path == "/inner/bots":
                    return self.answer(200, double.cards())
                digest = self.path.rsplit("/", 1)[-1]
                double.asked.append(digest)
                found = double.revisions.get(digest)
                if found is None:
                    return self.answer(404, {})
                return self.answer(200, found.model_dump(mode="json"))

            def answer(self, status: int, body: JsonObject | list[JsonObject]) -> None:
                status, body = (503, {}) if double.away else (status, body)
                text = json.dumps(body).encode()
                self.send_response(status)
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
        """Return the address that REGISTRY_INNER_URL names."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def add(self, revision: Revision) -> Revision:
        """Know one more revision and put its kinds in use."""
        self.revisions[revision.digest] = revision
        bot = BotFile.model_validate(revision.bot)
        self.kinds.update(card.kind for card in step_cards(bot))
        return revision

    def cards(self) -> list[JsonObject]:
        """Return the bots' cards, each with its newest revision."""
        newest = {each.name: each for each in self.revisions.values()}
        return [card_of(each).model_dump(mode="json") for each in newest.values()]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
