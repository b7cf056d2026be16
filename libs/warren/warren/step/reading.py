"""The bytes of a bot file as text, or what is wrong with them. Pure; the registry and the command
line read files by it.
"""

import codecs

from warren.step.faults import Fault, Place

_SAVE = "save it as UTF-8: editors offer it as the encoding, or under `Save as`"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def decode(content: bytes) -> str | Fault:
    """Return the text as it is; a mark of UTF-8 at its start stays, YAML knows it."""
    if content.startswith(_WIDE):
        return Fault(Place(1, 1), "the file is UTF-16 or UTF-32 text", _SAVE)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        byte = f"0x{content[error.start]:02X}"
        return Fault(Place(line, column), f"this is not UTF-8 text (byte {byte})", _SAVE)
