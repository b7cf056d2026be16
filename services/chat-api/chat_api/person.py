"""A person who acts: what acts, messages and the audit are signed with."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Person:
    """An account and its handle."""

    id: UUID
    username: str
