"""TLS of a pinned connection: the certificate must be the name's, though an address is dialled."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from warren.step.errors import Retryable
from warren.step.kinds import pinned
from warren.step.kinds.http_call import Http
from warren.step.run_step import run_step

OPENSSL = shutil.which("openssl")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for api.example.com and its key."""
    assert OPENSSL, "install openssl"
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
         "-addext", "subjectAltName=DNS:api.example.com", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.fixture
async def port(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[int]:
    """A TLS server on loopback, certified for api.example.com, where all names lead."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(*certificate)
    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_side)
    at = listening.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr(pinned, "_certificates", lambda: trusting)
    monkeypatch.setattr(pinned, "refusal", lambda *_: None)  # loopback, under a public name
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", at))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setenv("HTTP_STEP_HOSTS", f"api.example.com:{at},other.example.com:{at}")
    yield at
    listening.close()
    await listening.wait_closed()


async def ask(url: str) -> dict[str, Any]:
    step = Http({"url": url}, "daisy")
    return await run_step(step, {"messages": []}, timeout_seconds=10)


async def test_the_certificate_of_the_name_is_accepted(port: int) -> None:
    assert (await ask(f"https://api.example.com:{port}/"))["http"]["body"] == "hi"


async def test_the_certificate_of_another_name_is_not(port: int) -> None:
    with pytest.raises(Retryable, match=r"other\.example\.com:\d+ did not answer: ConnectError"):
        await ask(f"https://other.example.com:{port}/")


def test_the_usual_certificates_are_checked_with_names() -> None:
    context = pinned._certificates()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
