"""`warren login`: a password once, a bearer token from then on."""

import os
from typing import Annotated

import typer

from warren.cli.server import DEFAULT_URL, Failed, Server, connected, read
from warren.cli.token import keep_token
from warren.contracts.accounts import Login, Me, NewToken, TokenView


def login(
    username: Annotated[str, typer.Argument(help="Your name in Warren.")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, help="Asked for when not given.")
    ],
) -> None:
    """Sign in to the Warren of WARREN_URL and keep a token for the next commands."""
    with connected(signed_in=False) as server:
        ask = Login(username=username, password=password)
        me = read(Me, server.ask("POST", "/auth/login", body=ask))
        made = read(TokenView, server.ask("POST", "/auth/tokens", body=NewToken(name="warren cli")))
        _sign_out(server)
        url = os.environ.get("WARREN_URL") or DEFAULT_URL
        try:
            path = keep_token(url, made.token)
        except OSError as error:
            raise Failed(f"Signed in, but the token cannot be kept: {error}") from error
    typer.echo(f"Signed in as {me.username}; the token is in {path}.")
    if not me.operator:
        typer.echo("You are no operator: dead letters and the audit will be refused.")


def _sign_out(server: Server) -> None:
    """End the session of the cookie: the token is enough, and nobody would end it later."""
    server.ask("POST", "/auth/logout")
