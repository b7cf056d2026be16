"""What problems.py must know of the database, without loading it for services that have none.

A runner or gateway would pay half of its start and a third of its memory for it.
"""

import sys


def error_classes() -> tuple[type[Exception], ...]:
    """Return the database library's base error, or nothing in a process that never loaded it."""
    if "sqlalchemy" not in sys.modules:
        return ()
    from sqlalchemy.exc import SQLAlchemyError

    return (SQLAlchemyError,)


def is_unavailable(error: BaseException) -> bool:
    """Return whether the error says that the database is away: 503, try again."""
    if not isinstance(error, (*error_classes(), OSError)):
        return False
    if "sqlalchemy" not in sys.modules:
        return isinstance(error, TimeoutError)
    from warren.db import engine

    return engine.is_unavailable(error)
