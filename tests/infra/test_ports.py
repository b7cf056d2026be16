"""Free ports: below the ephemeral range, really free, never those of `make up`."""

import socket

from infra.native.ports import EPHEMERAL_BEGINS, RESERVED, answers, free_block, is_free


def test_a_free_block_lies_below_the_ephemeral_range_and_beside_make_up() -> None:
    first = free_block(5)

    assert first + 5 <= EPHEMERAL_BEGINS
    assert not set(range(first, first + 5)) & set(RESERVED)


def test_a_listener_takes_its_port_and_answers() -> None:
    port = free_block()
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
        assert answers(port)

    assert is_free(port)
    assert not answers(port)
