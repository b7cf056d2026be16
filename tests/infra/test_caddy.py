"""The web address as Caddy serves it: routes, headers, caching, words when a part is away."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from infra.native.ports import answers, free_block
from infra.native.processes import await_ready, end, spawn
from infra.native.system_packages import find

FOLDER = Path(__file__).parents[2] / "infra" / "caddy"


def serve(name: str, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{name} {self.path}".encode())

        def do_PUT(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            names = ("If-Match", "If-None-Match", "Content-Type", "Origin")
            self.send_response(200)
            self.send_header("ETag", '"new"')
            self.end_headers()
            told = {one: self.headers[one] for one in names} | {"sent": sent, "by": name}
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def variables(client: Path, first_port: int) -> dict[str, str]:
    names = ("CHAT_API", "GATEWAY", "REGISTRY", "VITE")
    ports = {name: f"127.0.0.1:{first_port + 1 + offset}" for offset, name in enumerate(names)}
    return {"SITE": f"http://:{first_port}", "BIND": "127.0.0.1", "CLIENT": str(client), **ports}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Caddy before two answering services; the gateway is away."""
    if find("caddy") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("caddy is not installed")
    folder = tmp_path_factory.mktemp("caddy")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("the page")
    (folder / "assets" / "app-1a2b.js").write_text("code")
    first = free_block(5)
    services = [serve("chat-api", first + 1), serve("registry", first + 3)]
    process = spawn(
        ["caddy", "run", "--config", str(FOLDER / "Caddyfile"), "--adapter", "caddyfile"],
        folder / "caddy.log",
        {
            **os.environ,
            **variables(folder, first),
            "XDG_DATA_HOME": str(folder),
            "HOME": str(folder),
        },
        with_parent=True,
    )
    try:
        await_ready(lambda: answers(first), "caddy", folder / "caddy.log", 20)
        yield f"http://127.0.0.1:{first}"
    finally:
        end(process, 10)
        for service in services:
            service.shutdown()
            service.server_close()


def get(url: str) -> tuple[int, str, Message]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode(), answer.headers


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/auth/me", "chat-api /api/v1/auth/me"),
        ("/api/v1/botsy", "chat-api /api/v1/botsy"),
        ("/api/v1/bots", "registry /api/v1/bots"),
        ("/api/v1/bots/echo?x=1", "registry /api/v1/bots/echo?x=1"),
        ("/api/v1/step-kinds", "registry /api/v1/step-kinds"),
        ("/api/v1/runners", "registry /api/v1/runners"),
        ("/", "the page"),
        ("/c/1234", "the page"),
        ("/inner/identify", "the page"),
        ("/metrics", "the page"),
        ("/assets/app-1a2b.js", "code"),
    ],
)
def test_each_path_goes_to_its_part(site: str, path: str, body: str) -> None:
    status, found, _ = get(site + path)

    assert (status, found) == (200, body)


def test_a_bot_s_text_is_saved_with_the_state_that_it_means(site: str) -> None:
    headers = {
        "If-Match": '"old"',
        "If-None-Match": "*",
        "Content-Type": "application/yaml",
        "Origin": site,
    }
    text = "name: echo\n"
    asked = urllib.request.Request(
        f"{site}/api/v1/bots/echo",
        text.encode(),
        headers | {"Accept-Encoding": "gzip"},
        method="PUT",
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        etag, body = answer.headers["ETag"], json.loads(answer.read())

    assert body == headers | {"sent": text, "by": "registry"}
    assert etag.startswith('"new')


def test_an_unknown_asset_is_not_the_page(site: str) -> None:
    assert get(site + "/assets/old.js")[0] == 404


@pytest.mark.parametrize(
    ("path", "caching"),
    [("/", "no-cache"), ("/assets/app-1a2b.js", "public, max-age=31536000, immutable")],
)
def test_only_hashed_files_are_kept_by_browsers(site: str, path: str, caching: str) -> None:
    assert get(site + path)[2]["Cache-Control"] == caching


@pytest.mark.parametrize("path", ["/", "/api/v1/auth/me"])
def test_security_headers_are_everywhere(site: str, path: str) -> None:
    headers = get(site + path)[2]

    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "script-src 'self';" in policy
    assert "img-src 'self' data: https:;" in policy  # the client loads a remote one on a click
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_part_that_is_away_is_a_problem_with_a_time_to_try_again(site: str) -> None:
    status, body, headers = get(site + "/ws")

    assert status == 502
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Retry-After"] == "2"
    assert json.loads(body)["status"] == 502
    assert "Try again" in json.loads(body)["detail"]


@pytest.mark.parametrize("name", ["Caddyfile", "dev.Caddyfile"])
def test_caddyfiles_are_valid_and_formatted(site: str, tmp_path: Path, name: str) -> None:
    environment = {**os.environ, **variables(tmp_path, 20001)}
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(FOLDER / name)]

    valid = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert "Valid configuration" in valid.stdout + valid.stderr
