"""/api/v1/auth: sign-up, sign-in, sign-out, who am I, bearer tokens, socket tickets."""

from fastapi import APIRouter, Request, Response

from chat_api.accounts import sign_in, sign_up
from chat_api.plain_text import checked
from chat_api.routes.asker import PROBLEMS, Asker, WithParts, WithStore, drop_cookie, set_cookie
from chat_api.sessions import make_ticket, open_session, sign_out
from warren.contracts.accounts import Login, Me, NewToken, Signup, TicketView, TokenView

router = APIRouter(prefix="/auth", tags=["auth"], responses=PROBLEMS)


@router.post("/signup", status_code=201)
async def signup(ask: Signup, parts: WithParts, response: Response) -> Me:
    """Make an account and sign in. The first person is an operator."""
    me, secret = await sign_up(parts.store, parts.passwords, ask)
    set_cookie(response, parts.settings, secret)
    return me


@router.post("/login")
async def login(ask: Login, request: Request, parts: WithParts, response: Response) -> Me:
    """Sign in: a new session in the cookie. Too many failed tries: 429 with Retry-After."""
    address = request.client.host if request.client else ""
    me, secret = await sign_in(parts.store, parts.passwords, parts.throttle, ask, address)
    set_cookie(response, parts.settings, secret)
    return me


@router.post("/logout", status_code=204)
async def logout(who: Asker, parts: WithParts) -> Response:
    """End this session, its tickets and its sockets."""
    await sign_out(parts.store, who)
    response = Response(status_code=204)
    drop_cookie(response, parts.settings)
    return response


@router.get("/me")
async def me(who: Asker) -> Me:
    """Return who is signed in."""
    return who.me


@router.post("/tokens", status_code=201)
async def tokens(who: Asker, store: WithStore, ask: NewToken | None = None) -> TokenView:
    """Make a bearer token for scripts. It is shown this once."""
    name = checked((ask or NewToken()).name, "/name")
    async with store.engine.begin() as connection:
        secret = await open_session(connection, who.id, "bearer", name)
    return TokenView(token=secret, name=name)


@router.post("/tickets", status_code=201)
async def tickets(who: Asker, store: WithStore) -> TicketView:
    """Make a ticket for one socket, for clients without a cookie. Single use, 30 s."""
    return await make_ticket(store, who)
