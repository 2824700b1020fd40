"""Renders one body from standard input, in a process of its own that may be killed."""

import sys

import msgspec

from octavo.publishing.text.markdown import render_trusted_size

_MEMORY_LIMIT_BYTES = 1_500_000_000


def main() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT_BYTES, _MEMORY_LIMIT_BYTES))
    except (ImportError, ValueError, OSError):
        pass  # no such limit here; the time limit still holds
    body = sys.stdin.buffer.read().decode("utf-8", "replace")
    sys.stdout.buffer.write(msgspec.msgpack.encode(render_trusted_size(body)))


if __name__ == "__main__":
    main()
