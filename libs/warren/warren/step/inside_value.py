"""The place in a YAML file of a line within a text value: for errors inside a template. Pure."""

from warren.step.faults import Place


def place_inside(file: str, start: Place, value: str, line: int, column: int) -> Place:
    """Return the file's place of a line and column (from 1) of value, which begins at start.

    Texts that the file writes otherwise than they read (folded, with escapes) have no such place:
    then start is returned.
    """
    lines = file.splitlines()
    wanted = value.splitlines()
    if not (1 <= line <= len(wanted)) or start.line > len(lines):
        return start
    first = lines[start.line - 1][start.column - 1 :]
    if first.startswith("|"):
        return _within(lines, start.line + line, wanted[line - 1], column) or start
    if len(wanted) == 1:
        opening = 1 if first[:1] in ("'", '"') else 0
        if first[opening:].startswith(value):
            return Place(start.line, start.column + opening + column - 1)
    return start


def _within(lines: list[str], number: int, wanted: str, column: int) -> Place | None:
    """Return the column in line `number` of the file, which ends with the wanted line."""
    if number > len(lines) or not lines[number - 1].endswith(wanted):
        return None
    return Place(number, len(lines[number - 1]) - len(wanted) + column)
