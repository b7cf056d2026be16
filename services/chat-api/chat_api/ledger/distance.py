"""How far apart two texts are: edits that turn one into the other, as a share. Pure."""

from rapidfuzz.distance import Levenshtein

from warren.contracts.chat import MAX_BODY_CHARS

MAX_CHARS = MAX_BODY_CHARS  # of each text; a bot's own may be longer, and its rest is left out
SOON_CHARS = 8_000  # of both together: compared within a millisecond


def distance(expected: str, actual: str) -> float:
    """Return 0 for the same text to 1 for nothing in common; what is over MAX_CHARS counts not."""
    return Levenshtein.normalized_distance(expected[:MAX_CHARS], actual[:MAX_CHARS])
