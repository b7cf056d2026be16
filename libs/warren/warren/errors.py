"""The tree of errors, each with its fate. Raised anywhere, decided once and high.

WarrenError
├── Retryable          try again later: the step goes to a rung, a request answers 503
├── Permanent          never again without a person: the step becomes a dead letter
│   └── Invalid        what was given cannot be right: body, config, file
├── PartAway           a service of ours does not answer: wait, use no attempt
├── BrokerUnavailable  our own part is away: wait, use no attempt
│   └── Unroutable     no queue takes the message
└── Refused            an HTTP status and what to tell the person who asked
    ├── BadRequest 400 · Unauthenticated 401 · Forbidden 403 · NotFound 404
    ├── Conflict 409 · Outdated 412 · TooLarge 413 · WrongMedia 415 · Unprocessable 422
    ├── Unconditional 428 · TooMany 429
    └── Unavailable 503
"""

from collections.abc import Sequence

from warren.contracts.problem import ProblemError


class WarrenError(Exception):
    """Something went wrong in Warren."""

    def __init__(self, text: str | None = None) -> None:
        super().__init__(text or (self.__doc__ or "").strip().split("\n")[0])


class Retryable(WarrenError):
    """A passing fault: the same call may succeed later. retry_after is in seconds, None when
    unknown."""

    def __init__(self, text: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Permanent(WarrenError):
    """The same call would fail again: a person has to look."""


class Invalid(Permanent):
    """What was given cannot be right."""


class PartAway(WarrenError):
    """A service of ours does not answer: try again later, and use no attempt. part is its name."""

    def __init__(self, part: str, cause: str = "") -> None:
        super().__init__(f"{part} does not answer{f': {cause}' if cause else ''}")
        self.part = part


class BrokerUnavailable(WarrenError):
    """RabbitMQ did not confirm. The message may or may not have arrived: send it again with the
    same id."""


class Unroutable(BrokerUnavailable):
    """RabbitMQ returned the message: no queue is bound for its key."""


class Refused(WarrenError):
    """The request is refused. `kind` names the problem type, `detail` says what to do."""

    status = 400
    title = "The request is refused"
    kind = "refused"

    def __init__(
        self,
        detail: str,
        *,
        kind: str | None = None,
        errors: Sequence[ProblemError] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.kind = kind or self.kind
        self.errors = tuple(errors)
        self.retry_after = retry_after


class BadRequest(Refused):
    """The request cannot be read."""

    title, kind = "The request cannot be read", "bad-request"


class Unauthenticated(Refused):
    """Nobody is signed in."""

    status, title, kind = 401, "Please sign in", "unauthenticated"


class Forbidden(Refused):
    """Signed in, but not allowed."""

    status, title, kind = 403, "You may not do this", "forbidden"


class NotFound(Refused):
    """No such thing, or none that the asker may know of."""

    status, title, kind = 404, "Not found", "not-found"


class Conflict(Refused):
    """The thing is no longer in the state that the request expects."""

    status, title, kind = 409, "Somebody or something was first", "conflict"


class Outdated(Refused):
    """The thing was changed since the asker read it."""

    status, title, kind = 412, "It was changed meanwhile", "outdated"


class TooLarge(Refused):
    """The body is larger than the limit."""

    status, title, kind = 413, "Too large", "too-large"


class WrongMedia(Refused):
    """The body is of a kind that this route does not take."""

    status, title, kind = 415, "A body of another kind is wanted", "wrong-media"


class Unprocessable(Refused):
    """The request is well formed JSON but its content is not."""

    status, title, kind = 422, "The content is not valid", "invalid"


class Unconditional(Refused):
    """The request must say which state of the thing it means to change."""

    status, title, kind = 428, "Say what you mean to change", "unconditional"


class TooMany(Refused):
    """Too many tries."""

    status, title, kind = 429, "Too many tries", "too-many"


class Unavailable(Refused):
    """A part of Warren is away for the moment."""

    status, title, kind = 503, "Not available for the moment", "unavailable"
