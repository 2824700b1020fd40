"""A build worker: reads jobs from standard input, answers on standard output, ends with its input.

A plain subprocess and not `multiprocessing`: it imports what it needs and never the parent's main
module, it inherits no lock or event loop, and it can be killed without leaving anything behind.
Frames are a length (four bytes) and msgpack.
"""

import gc
import struct
import sys
from typing import BinaryIO

import msgspec

from octavo.publishing.building.rendering import Bench, PageJob, PrepareJob, prepare_pieces

__all__ = ["Job", "read_frame", "write_frame"]

Job = PrepareJob | PageJob
_LENGTH = struct.Struct(">I")


def read_frame(stream: BinaryIO) -> bytes:
    """Answer the next frame; empty at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return b""
    (length,) = _LENGTH.unpack(head)
    return stream.read(length)


def write_frame(stream: BinaryIO, data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def main() -> None:
    decode = msgspec.msgpack.Decoder(Job).decode
    encode = msgspec.msgpack.Encoder().encode
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but frames may reach the parent
    bench = Bench()
    # Pages hold no cycles worth looking for often, and what is imported stays.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    while frame := read_frame(source):
        job = decode(frame)
        answer = prepare_pieces(job) if isinstance(job, PrepareJob) else bench.make_pages(job)
        write_frame(sink, encode(answer))


if __name__ == "__main__":
    main()
