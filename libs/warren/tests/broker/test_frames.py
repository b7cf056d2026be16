"""Bytes become frames, however they are cut on their way."""

import random
import struct

import pytest
from pika.exceptions import InvalidFrameError
from pika.frame import Body, Header, Heartbeat, Method
from pika.spec import Basic, BasicProperties

from warren.broker.frames import Frames, decode


def marshalled() -> list[bytes]:
    """A delivery of 3000 bytes and a heartbeat."""
    properties = BasicProperties(headers={"warren-run": 1}, message_id="one")
    return [
        Method(1, Basic.Deliver("me", 7, False, "warren.steps", "echo.bot")).marshal(),
        Header(1, 3000, properties).marshal(),
        Body(1, b"\xce" * 3000).marshal(),
        Heartbeat().marshal(),
    ]


def header_with(table: bytes) -> bytes:
    """A content header whose headers are these bytes."""
    content = struct.pack(">HHQH", 60, 0, 3000, 1 << 13) + table
    return struct.pack(">BHI", 2, 1, len(content)) + content + b"\xce"


def test_frames_are_whole_however_the_bytes_were_cut():
    frames = marshalled() * 3
    stream = b"".join(frames)
    for seed in range(50):
        chance, cutter, got = random.Random(seed), Frames(), list[bytes]()
        at = 0
        while at < len(stream):
            size = chance.randint(1, 2000)
            got += cutter.cut(stream[at : at + size])
            at += size
        assert got == frames


def test_what_is_no_amqp_is_refused():
    with pytest.raises(InvalidFrameError):
        list(Frames().cut(b"HTTP/1.1 400 Bad Request\r\n"))


def test_a_frame_is_decoded():
    header = decode(marshalled()[1])
    assert isinstance(header, Header)
    assert (header.body_size, header.properties.headers) == (3000, {"warren-run": 1})


@pytest.mark.parametrize(
    "table",
    [
        struct.pack(">IB", 6, 1) + b"a?abc",  # a kind of value that nobody knows
        struct.pack(">IB", 11, 1) + b"aT" + b"\x7f" * 8,  # a time beyond all calendars
        struct.pack(">IB", 400, 1) + b"aS",  # a table that ends too soon
    ],
    ids=["unknown", "time", "short"],
)
def test_properties_that_cannot_be_read_count_as_none(table: bytes):
    header = decode(header_with(table))
    assert isinstance(header, Header)
    assert (header.channel_number, header.body_size) == (1, 3000)
    assert header.properties.headers is None
