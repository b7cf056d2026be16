"""Vectors as they are kept, and how alike two are, in SQL.

The sum is written out term by term: Postgres then compares 5 000 memories of 896 numbers in 0.14 s,
with unnest() and sum() in 0.6 s. It needs no extension.
"""

import math
from collections.abc import Sequence

TINY = 1e-15  # counted as 0: the product of two such is no number that `real` holds
GROUP = 256  # terms in one bracket: Postgres reads a sum of 4 096 only in pieces
EXACTLY = 1e-6  # how far the likeness of two same vectors may be from 1, kept as `real`


def unit(vector: Sequence[float]) -> list[float]:
    """Return the vector with length 1. Raises ValueError for one without a direction: all zero, or
    with a number that is none."""
    largest = max(abs(one) for one in vector)
    if not all(math.isfinite(one) for one in vector):
        raise ValueError("holds a number that is none (NaN or infinite)")
    if largest == 0:
        raise ValueError("is all zero: it points nowhere")
    scaled = [one / largest for one in vector]  # first: squares of huge numbers are infinite
    length = math.sqrt(math.fsum(one * one for one in scaled))
    return [0.0 if abs(one) < TINY * length else one / length for one in scaled]


def dot_product(column: str, direction: Sequence[float]) -> str:
    """Return the SQL of the dot product of a column and a vector of length 1.

    column is in memory, not in a toast table: it is read once for each number.
    """
    terms = [
        f"{column}[{place}]*'{one:.9g}'::real" for place, one in enumerate(direction, 1) if one
    ]
    groups = [terms[first : first + GROUP] for first in range(0, len(terms), GROUP)]
    return "+".join(f"({'+'.join(group)})" for group in groups)
