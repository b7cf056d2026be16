"""Strict YAML with the place of every key and value, for error messages. Pure.

Stricter than YAML on purpose: no anchors, aliases or tags, no key twice, one document, keys are
always text, and only true and false are booleans, so that a key `on:` or a value `no` stays what it
looks like.
"""

# PyYAML is half typed:
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import yaml

from warren.step.faults import Fault, Place
from warren.step.yaml_faults import ODD_SPACES, explain, odd_space, place_of

MAX_BYTES = 64 * 1024  # a bot is a few hundred lines; more is a mistake or an attack
MAX_DEPTH = 40

Path = tuple[str | int, ...]
"""Where a value stands in the data: keys and indices from the top."""


@dataclass(frozen=True)
class Marked:
    """Data with places. data is None when the text could not be read at all; then faults says
    why. merged: the objects that would have had more keys by `<<`, which is a fault.
    """

    data: Any = None
    values: Mapping[Path, Place] = field(default_factory=dict[Path, Place])
    keys: Mapping[Path, Place] = field(default_factory=dict[Path, Place])
    faults: tuple[Fault, ...] = ()
    merged: frozenset[Path] = frozenset()

    def place(self, path: Path) -> Place:
        """Return the place of the value at path, or of the nearest thing around it that is
        there.
        """
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))

    def key_place(self, path: Path) -> Place:
        """Return the place of the key at path; of an item of a list, that of the item."""
        return self.keys[path] if path in self.keys else self.place(path)


def read(text: str) -> Marked:
    """Return the data of a YAML text and everything that is wrong with it. Never raises."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        return _unreadable(Place(1, 1), f"the file is over {MAX_BYTES // 1024} KiB", "split it")
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.reader.ReaderError as exc:
        return _unreadable(
            _place_at(text, exc.position),
            f"the character U+{exc.character:04X} may not stand in a file",
            "remove it",
        )
    except yaml.MarkedYAMLError as exc:
        return Marked(faults=(explain(exc, text),))
    if node is None:
        return _unreadable(Place(1, 1), "the file is empty", "a bot needs `name` and `steps`")
    reader = _Reader(loader.faults, text)
    data = reader.value(node, ())
    faults = tuple(reader.faults)
    if reader.odd is not None:  # what stands around it is not what it looks like
        return Marked(faults=(reader.odd,))
    return Marked(data, reader.values, reader.keys, faults, frozenset(reader.merged))


class _Loader(yaml.SafeLoader):
    """Composes nodes; anchors, aliases and tags become faults and are then passed over."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.faults: list[Fault] = []
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()
        place = place_of(event.start_mark)
        if self.check_event(yaml.AliasEvent):
            self.get_event()
            self.faults.append(
                Fault(place, f"alias *{event.anchor} is not allowed", "write the value out")
            )
            return yaml.ScalarNode(_ALIAS, "", event.start_mark, event.end_mark)
        if event.anchor is not None:
            self.faults.append(
                Fault(
                    place,
                    f"anchor &{event.anchor} is not allowed",
                    "write the value out; a text that begins with & goes in quotes",
                )
            )
            event.anchor = None
        if event.tag is not None:
            self.faults.append(
                Fault(
                    place,
                    "a tag is not allowed here",
                    "remove the word with `!`; a text that begins with it goes in quotes",
                )
            )
            event.tag = None
        if self._depth >= MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem=f"nested more than {MAX_DEPTH} deep", problem_mark=event.start_mark
            )
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


_ALIAS = "!alias"
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class _Reader:
    """Turns nodes into data, noting places and faults."""

    def __init__(self, faults: list[Fault], text: str) -> None:
        self.faults = faults
        self.odd: Fault | None = None
        self.merged: set[Path] = set()
        self._text_of_file = text
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.values[path] = place_of(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._braces(node) or self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _braces(self, node: yaml.MappingNode) -> str:
        """Return the text of `{{ user }}`, which YAML reads as an object in an object; else ""."""
        start, end = node.start_mark.index, node.end_mark.index
        written = self._text_of_file[start:end]
        if not node.flow_style or not written.startswith("{{"):
            return ""
        words = "YAML reads {{ … }} as an object of keys"
        self.faults.append(Fault(place_of(node.start_mark), words, "put the whole text in quotes"))
        return written

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = place_of(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(Fault(place, "a key must be text", "put it in quotes"))
                continue
            key = self._text(key_node)
            at = (*path, key)
            if key[:1] in ODD_SPACES and key:
                line = self._text_of_file.splitlines()[place.line - 1]
                self.odd = self.odd or odd_space(line, place.line)
            if key == "<<" and self._merges(value_node, place):
                self.merged.add(path)
                continue
            if key in found:
                first = self.keys[at].line
                self.faults.append(
                    Fault(place, f'key "{key}" stands here twice', f"the first is on line {first}")
                )
                continue
            self.keys[at] = place
            found[key] = self.value(value_node, at)
        return found

    def _merges(self, value: yaml.Node, place: Place) -> bool:
        if isinstance(value, yaml.MappingNode):
            words = "keys cannot be merged in with <<"
            self.faults.append(Fault(place, words, "write the keys out"))
            return True
        return value.tag == _ALIAS  # the alias is the fault

    def _scalar(self, node: yaml.Node) -> Any:
        text = self._text(node)
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            return text
        if text in _PLAIN:
            return _PLAIN[text]
        place = place_of(node.start_mark)
        if _INT.fullmatch(text):
            if len(text) < 20 and abs(int(text)) < 2**63:
                return int(text)
            self.faults.append(Fault(place, "the number is too big", "put it in quotes"))
        elif _FLOAT.fullmatch(text):
            if isfinite(float(text)):
                return float(text)
            self.faults.append(Fault(place, "the number is too big", "put it in quotes"))
        return text

    def _text(self, node: yaml.Node) -> str:
        text = str(node.value)
        if "\0" in text:
            self.faults.append(
                Fault(
                    place_of(node.start_mark), "a NUL character is not allowed", 'remove the "\\0"'
                )
            )
        elif any("\ud800" <= letter <= "\udfff" for letter in text):
            self.faults.append(
                Fault(
                    place_of(node.start_mark),
                    "half of a character is not allowed (a lone surrogate)",
                    'write the character itself, or "\\U0001F600" with eight digits',
                )
            )
        return text


def _unreadable(place: Place, message: str, hint: str) -> Marked:
    return Marked(faults=(Fault(place, message, hint),))


def _place_at(text: str, position: int) -> Place:
    before = text[:position].split("\n")
    return Place(len(before), len(before[-1]) + 1)
