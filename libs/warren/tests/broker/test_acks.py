"""Acks in few frames: runs go together, what stands above a slow one goes singly, none twice."""

import random

from warren.broker.acks import Ack, AckWindow


def finished(*tags: int) -> AckWindow:
    window = AckWindow()
    for tag in tags:
        window.finish(tag)
    return window


def test_a_run_from_the_first_is_one_ack():
    window = finished(2, 1, 3)
    assert window.take_run() == Ack(3, multiple=True)
    assert window.empty


def test_nothing_is_acked_past_an_unfinished_delivery():
    window = finished(2, 3, 5)
    assert window.take_run() is None
    window.finish(1)
    assert window.take_run() == Ack(3, multiple=True)
    assert not window.empty


def test_what_stands_above_a_slow_one_is_acked_singly_and_never_again():
    window = finished(1, 3, 4)
    assert window.take_run() == Ack(1, multiple=True)
    assert window.take_rest() == [Ack(3, multiple=False), Ack(4, multiple=False)]
    window.finish(2)
    assert window.take_run() == Ack(2, multiple=True)
    assert window.take_run() is None
    window.finish(5)
    assert window.take_run() == Ack(5, multiple=True)


def test_in_any_order_each_delivery_is_acked_once_and_only_when_finished():
    for seed in range(200):
        chance, window = random.Random(seed), AckWindow()
        tags = list(range(1, 40))
        chance.shuffle(tags)
        done: set[int] = set()
        acked: set[int] = set()
        for tag in tags:
            window.finish(tag)
            done.add(tag)
            acks = window.take_rest() if chance.random() < 0.2 else [window.take_run()]
            for ack in filter(None, acks):
                meant = set(range(1, ack.tag + 1)) - acked if ack.multiple else {ack.tag}
                assert meant <= done - acked
                acked |= meant
        last = window.take_run()
        acked |= set(range(1, last.tag + 1)) if last else set()
        acked |= {ack.tag for ack in window.take_rest()}
        assert acked == done
