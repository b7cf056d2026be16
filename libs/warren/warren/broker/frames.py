"""From the bytes of a connection to pika's frames. Pure; used by Wire."""

import struct
from collections.abc import Iterator

from pika.exceptions import AMQPError, InvalidFrameError
from pika.frame import Frame, Header, decode_frame
from pika.spec import (
    FRAME_END_SIZE,
    FRAME_HEADER,
    FRAME_HEADER_SIZE,
    FRAME_MAX_SIZE,
    BasicProperties,
)

_AROUND_BYTES = FRAME_HEADER_SIZE + FRAME_END_SIZE
_CONTENT = struct.Struct(">BHIHHQ")  # frame: type, channel, size; content: class, weight, body size


class Frames:
    """Cuts what is read into whole frames, and keeps the rest until more comes."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes) -> Iterator[bytes]:
        """Yield each whole frame. Raises InvalidFrameError when the other side does not speak AMQP.

        One frame at a time: pika would copy all that it holds at each of them.
        """
        data = self._rest + data if self._rest else data
        start, end = 0, len(data)
        while end - start >= _AROUND_BYTES:
            size = int.from_bytes(data[start + 3 : start + FRAME_HEADER_SIZE], "big")
            if size > FRAME_MAX_SIZE:
                raise InvalidFrameError(f"a frame of {size} bytes")
            stop = start + size + _AROUND_BYTES
            if stop > end:
                break
            yield data[start:stop]
            start = stop
        self._rest = data[start:]


def decode(frame: bytes) -> Frame:
    """Return a whole frame decoded.

    Properties that pika cannot read count as none: were the connection cut for them, the message
    would come again and cut the next one.
    """
    try:
        decoded = decode_frame(frame)[1]
    except (AMQPError, ValueError, OverflowError, OSError, IndexError, struct.error):
        if frame[0] != FRAME_HEADER or len(frame) <= _CONTENT.size:
            raise
        _, channel, _, _, _, body_bytes = _CONTENT.unpack_from(frame)
        return Header(channel, body_bytes, BasicProperties())
    assert decoded is not None  # it is whole
    return decoded
