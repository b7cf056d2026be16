"""The HTTP side of the command line: one Warren, asked by bearer token; refusals end the command.

Every command that talks to a server goes through `connected()`; docs/how-to/repair-a-failed-answer.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import quote

import httpx2
import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from warren.cli.token import kept_token
from warren.contracts.problem import Problem

DEFAULT_URL = "http://localhost:8080"
TIMEOUT_SECONDS = 30.0

Query = dict[str, str | list[str]]
T = TypeVar("T")


class Failed(Exception):
    """The command cannot go on; its text is what the person reads. Ends with exit code 1."""


class Away(Failed):
    """No answer came."""


class Refused(Failed):
    """The server said no: the text is the problem's detail."""

    def __init__(self, problem: Problem) -> None:
        at = [
            f"  {one.pointer}: {one.detail}" if one.pointer else f"  {one.detail}"
            for one in problem.errors
        ]
        super().__init__("\n".join([problem.detail, *at]))
        self.problem = problem


class Server:
    """A Warren. Paths are those under /api/v1."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url.rstrip("/")
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx2.Client(
            base_url=f"{self.url}/api/v1", timeout=TIMEOUT_SECONDS, headers=headers
        )

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: BaseModel | None = None,
        yaml: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Return the answer's body. Raises Refused with the server's words, or Failed.

        What is sent is body, as JSON, or yaml, as it is.
        """
        sent = yaml if body is None else body.model_dump_json(exclude_unset=True).encode()
        headers = dict(headers or {})
        if sent is not None:
            headers["Content-Type"] = "application/json" if body else "application/yaml"
        try:
            answer = self._http.request(
                method, path, params=query or {}, content=sent, headers=headers
            )
        except httpx2.TransportError as error:
            raise self._away(error) from error
        if not answer.is_success:
            raise self._no(answer)
        return answer.text

    def stream(self, path: str, query: Query) -> Generator[bytes]:
        """Yield a long answer as it comes. Raises as ask() does."""
        try:
            with self._http.stream("GET", path, params=query) as answer:
                if not answer.is_success:
                    answer.read()
                    raise self._no(answer)
                yield from answer.iter_bytes()
        except httpx2.TransportError as error:
            raise self._away(error) from error

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def _away(self, error: httpx2.TransportError) -> Away:
        return Away(
            f"No answer from {self.url} ({type(error).__name__}). Is Warren running (make status)?"
            " WARREN_URL says which one is asked."
        )

    def _no(self, answer: httpx2.Response) -> Failed:
        try:
            problem = Problem.model_validate_json(answer.content)
        except ValidationError:
            return Failed(f"{self.url} answered {answer.status_code}, and not as Warren does.")
        if answer.status_code == 401:
            return Failed(f"{problem.detail} Sign in by: warren login USERNAME")
        return Refused(problem)


@contextmanager
def connected(*, signed_in: bool = True) -> Generator[Server]:
    """Give the server of WARREN_URL; what fails inside is told in words, with exit code 1."""
    url = os.environ.get("WARREN_URL") or DEFAULT_URL
    token = os.environ.get("WARREN_TOKEN") or kept_token(url) if signed_in else None
    try:
        server = Server(url, token)
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError) as error:
        typer.secho(f"WARREN_URL is no address: {url}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from error
    try:
        yield server
    except Failed as failed:
        typer.secho(str(failed), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from failed
    finally:
        server.close()


def read(shape: type[T], text: str) -> T:
    """Return an answer as its contract. Raises Failed when server and command line do not fit."""
    try:
        return TypeAdapter(shape).validate_json(text)
    except ValidationError as error:
        raise Failed(
            "The server's answer is of another version than this command line. Try --json."
        ) from error


def path(*parts: str) -> str:
    """Return a path of these parts; what a person typed stays one part."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
