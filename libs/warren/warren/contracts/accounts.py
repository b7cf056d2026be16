"""Who people are: sign-up, login, tokens, the shared list of people and bots."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from warren.contracts.base import Request, UtcTime, View
from warren.contracts.names import USERNAME


def _in_words(given: Any, check: ValidatorFunctionWrapHandler) -> str:
    """Say what a username may be, instead of the pattern that it does not match."""
    try:
        return check(given)
    except ValidationError as error:
        raise ValueError(
            "A username has 2 to 63 characters: small letters a to z, digits, dots, hyphens and"
            " underscores. The first is a letter."
        ) from error


Username = Annotated[str, Field(pattern=USERNAME, examples=["ana"]), WrapValidator(_in_words)]
Password = Annotated[str, Field(min_length=8, max_length=256)]


class Signup(Request):
    username: Username
    password: Password
    display_name: Annotated[str, Field(min_length=1, max_length=80)] | None = None


class Login(Request):
    username: Annotated[str, Field(max_length=256)]
    password: Annotated[str, Field(max_length=256)]


class NewToken(Request):
    name: Annotated[str, Field(min_length=1, max_length=80)] = "token"


class TokenView(View):
    """A bearer token: shown this once."""

    token: str
    name: str


class TicketView(View):
    """A socket ticket: single use, 30 s."""

    ticket: str
    expires_at: UtcTime


class UserView(View):
    """A person or a bot. For bots: avatar, purpose and starters from the persona, active false
    when removed."""

    id: UUID
    username: str
    display_name: str
    kind: Literal["person", "bot"]
    avatar: str = ""
    purpose: str = ""
    greeting: str = ""
    starters: tuple[str, ...] = ()
    active: bool = True


class Me(View):
    """The signed-in person."""

    id: UUID
    username: str
    display_name: str
    operator: bool


class Identity(View):
    """What the inner port says of a cookie, token or ticket. session is a name for the session,
    not its secret."""

    id: UUID
    username: str
    display_name: str
    operator: bool
    session: str
