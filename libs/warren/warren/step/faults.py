"""A fault in a YAML file and its place: what marked_yaml, yaml_faults and lint tell."""

from typing import NamedTuple


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


class Fault(NamedTuple):
    """One thing that is wrong, and what to do about it."""

    place: Place
    message: str
    hint: str = ""
