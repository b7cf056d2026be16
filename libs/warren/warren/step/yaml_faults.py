"""Why a text is no YAML: where the mistake was made, not where the parser noticed, and the fix.

Pure; called by marked_yaml. The parser goes on as long as it can: an unclosed quote is noticed at
the next one, a missing space after a colon in the next line. Tokens tell where it began.
"""

# PyYAML is half typed:
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import re
from typing import Any

import yaml

from warren.step.faults import Fault, Place

ODD_SPACES = "\u00a0\u2002\u2003\u2007\u2009\u200b\u202f\u3000\ufeff"
_CLOSING = {"{": "}", "[": "]"}
_TOUCHING = re.compile(r"^\s*(?:- +)?(?P<key>[A-Za-z_]\w*):(?=[^\s/])")
_KEY = re.compile(r"^(?P<before>[ -]*)(?P<key>[A-Za-z_]\w*) *:")


def explain(exc: yaml.MarkedYAMLError, text: str) -> Fault:
    """Return the fault behind what the parser says."""
    mark = exc.problem_mark or exc.context_mark
    place = place_of(mark) if mark else Place(1, 1)
    lines = text.splitlines()
    tokens = _tokens(text, mark.index if mark else 0)
    for look in (_tab, _odd_space, _quotes, _brackets, _no_space, _colon_in_text, _first_sign):
        found = look(exc, place, lines, tokens)
        if found:
            return found
    problem = exc.problem or str(exc)
    if "found another document" in problem:
        return Fault(place, "a second document begins here", "one file, one bot: remove the rest")
    if "could not find expected ':'" in problem and exc.context_mark:
        return _no_colon(place_of(exc.context_mark), lines)
    if "sequence entries are not allowed" in problem:
        return Fault(place, "a list cannot begin here", "begin it on a line of its own, indented")
    if re.search("expected <block end>|<document start>|mapping values are not", problem):
        return Fault(place, "this line is not in step with those above it", _column(place, lines))
    return Fault(place, f"not YAML: {problem}", "check the quotes, brackets and indents before it")


def place_of(mark: Any) -> Place:
    """Return the place of one of the parser's marks."""
    return Place(mark.line + 1, mark.column + 1)


def _tokens(text: str, end: int) -> list[Any]:
    """Return the scalars that begin before the place where the parser gave up."""
    found: list[Any] = []
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if token.start_mark.index >= end:
                break
            if isinstance(token, yaml.ScalarToken):
                found.append(token)
    except yaml.YAMLError:
        pass
    return found


def _tab(exc: Any, place: Place, lines: list[str], tokens: list[Any]) -> Fault | None:
    line = _line(lines, place.line)
    if "\t" not in line[: place.column] or line[: place.column].strip("\t ") != "":
        return None
    at = Place(place.line, line.index("\t") + 1)
    return Fault(at, "a tab stands in the indentation", "indent with spaces, not tabs")


def _odd_space(exc: Any, place: Place, lines: list[str], tokens: list[Any]) -> Fault | None:
    for number in (place.line, place.line - 1):
        found = odd_space(_line(lines, number), number)
        if found:
            return found
    return None


def odd_space(line: str, number: int) -> Fault | None:
    """Return the fault of a space that only looks like one, where a space means something."""
    found = re.search(rf"(?:^ *-? *|[:-])([{ODD_SPACES}])", line)
    if not found or (number == 1 and found.start(1) == 0):  # a byte order mark
        return None
    words = f"the space U+{ord(found[1]):04X} is not an ordinary one"
    return Fault(Place(number, found.start(1) + 1), words, "type a space in its place")


def _quotes(exc: Any, place: Place, lines: list[str], tokens: list[Any]) -> Fault | None:
    if "scanning a quoted scalar" in (exc.context or "") and "end of stream" in exc.problem:
        at = place_of(exc.context_mark)
        sign = _line(lines, at.line)[at.column - 1 : at.column]
        return Fault(at, "this quote is never closed", f"close it with {sign}")
    quoted = [each for each in tokens if each.style in ("'", '"')]
    if not quoted:
        return None
    last = quoted[-1]
    begin, end = place_of(last.start_mark), place_of(last.end_mark)
    if place.line < begin.line or place.line > end.line + 1:
        return None
    if begin.line != end.line:  # it ran on until the next quote
        return Fault(begin, "this quote is not closed in its line", f"close it with {last.style}")
    following = _line(lines, place.line)[place.column - 1 : place.column]
    touching = place in (end, Place(end.line, end.column + 1)) and following not in ("'", '"')
    if touching and last is tokens[-1]:
        other = '"' if last.style == "'" else "'"
        hint = f"put {other} around a text that has {last.style} in it"
        return Fault(end, f"the text ends at this {last.style}, and something follows", hint)
    return None


def _brackets(exc: Any, place: Place, lines: list[str], tokens: list[Any]) -> Fault | None:
    if "parsing a flow" not in (exc.context or "") or not exc.context_mark:
        return None
    begin = place_of(exc.context_mark)
    sign = _line(lines, begin.line)[begin.column - 1 : begin.column]
    closing = _CLOSING.get(sign, "}")
    seen = _line(lines, place.line)[place.column - 1 : place.column]
    if seen in ("}", "]") and place.line == begin.line:
        return Fault(place, f"the {sign} in column {begin.column} is closed by {seen} here",
                     f"close it with {closing}")  # fmt: skip
    if seen == "?" and tokens:
        words = f"a text between {sign} and {closing} cannot hold a ?"
        return Fault(place_of(tokens[-1].start_mark), words, "put the whole text in quotes")
    if place.line != begin.line:
        return Fault(begin, f"this {sign} is never closed", f"close it with {closing}")
    last = tokens[-1] if tokens else None
    if seen == ":" and last is not None and last.style is None and " " in last.value:
        words = last.value.split(" ")  # `Daisy avatar`: two on one line, taken for one
        place = Place(place.line, place.column - len(words[-1]))
    return Fault(place, "a comma is missing before this", f"write `, ` between two, {closing} last")


def _no_space(exc: Any, place: Place, lines: list[str], tokens: list[Any]) -> Fault | None:
    numbers = [place.line, place.line - 1]
    if exc.context_mark:
        numbers.insert(0, exc.context_mark.line + 1)
    for number in numbers:
        found = _TOUCHING.match(_line(lines, number))
        if found:
            at = Place(number, found.end() + 1)
            key = found["key"]
            return Fault(at, "a space is missing after the colon", f"write `{key}: …`")
    return None


def _colon_in_text(exc: Any, place: Place, lines: list[str], tokens: list[Any]) -> Fault | None:
    if "mapping values are not allowed" not in (exc.problem or "") or not tokens:
        return None
    last = tokens[-1]
    begin, end = place_of(last.start_mark), place_of(last.end_mark)
    before = _line(lines, begin.line)[: begin.column - 1]
    if begin.line == place.line and re.search(r"[:-] +$", before):
        whole = _line(lines, begin.line)[begin.column - 1 :].strip()
        hint = f'put the text in quotes: "{whole}"' if len(whole) <= 60 else "put it in quotes"
        return Fault(begin, "a text with `: ` in it begins here", hint)
    if begin.line != end.line and end.line == place.line:  # it was taken for more of the text
        line = _line(lines, place.line)
        at = Place(place.line, len(line) - len(line.lstrip()) + 1)
        return Fault(at, "this line is indented too far", _column(Place(begin.line + 1, 1), lines))
    return None


def _no_colon(place: Place, lines: list[str]) -> Fault:
    text = _line(lines, place.line).strip()
    if re.fullmatch(r"[\w-]+", text):
        return Fault(place, "a key without `: ` after it", f"write `{text}: …`, or remove it")
    above = _line(lines, place.line - 1)
    column = len(above) - len(above.lstrip()) + 1
    hint = f"if it goes on with the text above, begin it in column {column}; else write `key: …`"
    return Fault(place, "this line is neither a key nor part of the text above it", hint)


def _first_sign(exc: Any, place: Place, lines: list[str], tokens: list[Any]) -> Fault | None:
    while_reading = re.search(r"scanning an? (alias|anchor|directive)", exc.context or "")
    if while_reading:
        at = place_of(exc.context_mark)
    elif "cannot start any token" in exc.problem:
        at = place
    else:
        return None
    sign = _line(lines, at.line)[at.column - 1 : at.column]
    return Fault(at, f"a text cannot begin with {sign}", "put the whole text in quotes")


def _column(place: Place, lines: list[str]) -> str:
    """Return where a line should begin: in the column of the nearest key in a line above it."""
    for number in range(place.line - 1, 0, -1):
        found = _KEY.match(_line(lines, number))
        if found:
            column = len(found["before"]) + 1
            return f"begin it in column {column}, as `{found['key']}` in line {number} does"
    return "keys that belong together begin in the same column"


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""
