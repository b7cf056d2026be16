"""The ramp of a bulk replay as a table: 1, 5, 25, the rest; when it waits and when it halts."""

import pytest

from chat_api.bulk.ramp import Done, Halt, NextStage, Send, Standing, Wait, at_once, decide


def standing(stage=0, pending=1000, unsettled=0, sent=0, settled=0, failed=0):
    return Standing(stage, pending, unsettled, sent, settled, failed)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (standing(), Send(1)),
        (standing(pending=0), Done()),
        (standing(unsettled=1, sent=1), Wait()),
        (standing(sent=1, settled=1), NextStage()),
        (standing(stage=1), Send(5)),
        (standing(stage=1, pending=3), Send(3)),
        (standing(stage=1, sent=2, unsettled=2), Send(3)),
        (standing(stage=1, sent=5, unsettled=1, settled=4), Wait()),
        (standing(stage=1, sent=5, settled=5, failed=2), NextStage()),
        (standing(stage=2), Send(25)),
        (standing(stage=2, sent=25, settled=25, failed=12), NextStage()),
        (standing(stage=3), Send(200)),
        (standing(stage=3, unsettled=150), Send(50)),
        (standing(stage=3, unsettled=200), Wait()),
        (standing(stage=3, pending=0, unsettled=7), Wait()),
        (standing(stage=3, pending=0, settled=100, failed=50), Done()),
        (standing(stage=3, settled=24, failed=24, unsettled=200), Wait()),
        (standing(stage=0, sent=1, unsettled=1, pending=0), Wait()),
        # an outcome of before a break is still awaited
        (standing(sent=1, settled=1, unsettled=1), Wait()),
    ],
)
def test_what_follows(now, expected):
    assert decide(now, 200) == expected


@pytest.mark.parametrize(
    "now",
    [
        standing(sent=1, settled=1, failed=1),
        standing(stage=1, sent=5, settled=5, failed=3),
        standing(stage=2, sent=25, settled=25, failed=13),
        standing(stage=3, sent=60, settled=40, failed=21, unsettled=20),
        standing(stage=3, sent=3, settled=3, failed=3, pending=0),
    ],
)
def test_more_than_half_of_a_stage_halts_it(now):
    assert isinstance(decide(now, 200), Halt)


@pytest.mark.parametrize(
    ("wanted", "pace", "together"),
    [(1000, 1000, 25), (1000, 100, 25), (1000, 20, 5), (1000, 0.5, 1), (3, 100, 3), (1, 1, 1)],
)
def test_the_pace(wanted, pace, together):
    assert at_once(wanted, pace, 25) == together
