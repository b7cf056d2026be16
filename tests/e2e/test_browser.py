"""The client in a real Chromium against a real mesh behind Caddy: the smoke of frontend/e2e.

The cases and their words are in frontend/e2e/*.spec.ts; this starts what they need and tells their
end.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from conftest import Vhost
from infra.native.postgres import PostgresServer
from tests.mesh import ROOT, Mesh

CLIENT = ROOT / "frontend"
BUILT = CLIENT / "dist" / "index.html"
SUITE_SECONDS = 240


@contextmanager
def behind_caddy(mesh: Mesh) -> Generator[str]:
    """The mesh's public address, served by Caddy as in production."""
    public = mesh.ports["public"]
    environment = os.environ | {
        "SITE": f"http://:{public}",
        "BIND": "127.0.0.1",
        "CHAT_API": f"127.0.0.1:{mesh.ports['chat']}",
        "GATEWAY": f"127.0.0.1:{mesh.ports['gateway']}",
        "REGISTRY": f"127.0.0.1:{mesh.ports['registry']}",
        "CLIENT": str(CLIENT / "dist"),
        "XDG_DATA_HOME": str(mesh.folder),
        "XDG_CONFIG_HOME": str(mesh.folder),
    }
    config = ROOT / "infra" / "caddy" / "Caddyfile"
    with (mesh.folder / "caddy.log").open("wb") as log:
        caddy = subprocess.Popen(
            ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=8)) as http:
            assert http.get(f"http://localhost:{public}/").status_code == 200
        yield f"http://localhost:{public}"
    finally:
        caddy.terminate()
        caddy.wait(10)


@pytest.mark.browser
@pytest.mark.timeout(SUITE_SECONDS + 60)
async def test_the_client_in_chromium(tmp_path: Path, vhost: Vhost, postgres: PostgresServer):
    for path, remedy in ((BUILT, "make build"), (Path("/usr/bin/chromium"), "make test")):
        if not path.exists() and not os.environ.get("CI"):
            pytest.skip(f"{path.name} is not there: run {remedy} once")
    bots = tmp_path / "bots"
    shutil.copytree(ROOT / "bot_config", bots)
    async with Mesh.running(tmp_path, vhost, postgres, bots, model_delay=0.02) as mesh:
        with behind_caddy(mesh) as url:
            done = await asyncio.to_thread(playwright, url)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:] + mesh.logs()


def playwright(url: str) -> subprocess.CompletedProcess[str]:
    """Run the suite of frontend/e2e on an address."""
    return subprocess.run(
        ["npx", "--no-install", "playwright", "test"],
        cwd=CLIENT,
        env=os.environ | {"WARREN_URL": url},
        capture_output=True,
        text=True,
        timeout=SUITE_SECONDS,
        check=False,
    )
