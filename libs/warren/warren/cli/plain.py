"""Texts of others on a terminal: nothing in them may move the cursor or change colours."""


def plain(text: str) -> str:
    """Return the text with every control character (but tab) written out, as \\x1b is."""
    return "".join(
        one if one == "\t" or one.isprintable() else one.encode("unicode_escape").decode()
        for one in text
    )
