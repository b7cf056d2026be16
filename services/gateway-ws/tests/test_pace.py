"""How many frames a client may send."""

import pytest

from gateway_ws.close import REASONS, Close
from gateway_ws.pace import Pace


def test_a_burst_is_free_and_then_the_rate_holds():
    now = 0.0
    pace = Pace(5, clock=lambda: now)
    for _ in range(20):
        pace.count()
    with pytest.raises(Close):
        pace.count()

    now = 1.0
    for _ in range(5):
        pace.count()
    with pytest.raises(Close):
        pace.count()


def test_every_reason_fits_into_a_close_frame():
    assert all(len(text.encode()) <= 123 for text in REASONS.values())
