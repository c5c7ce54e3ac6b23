"""The process that holds the model: loads it, then answers one frame after the other until the server is gone.

It is not the server's process, so that a model that crashes, hangs or holds the interpreter's lock takes neither
health nor other connections with it, and can be ended and started again.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import orjson

from .errors import ModelError
from .messages import ALONE, Channel, Frame, Kind
from .request_log import mark_output

MODEL_ERROR_STATUS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Load and answer; return the exit status."""
    mark_output()
    options = _options(arguments)
    for number in (signal.SIGTERM, signal.SIGINT):
        # The server decides when it is over: requests in flight are finished first.
        signal.signal(number, lambda *_: None)
    threading.Thread(target=_end_with_server, daemon=True).start()
    channel = Channel(socket.socket(fileno=options.socket))
    try:
        return _serve(options, channel)
    except EOFError:
        return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Started by the model server.")
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--model-name", required=True)
    parser.add_argument("--model-dir", type=Path, required=True)
    parser.add_argument("--format", required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--max-batch-size", type=int, default=0)
    parser.add_argument("--batch-delay-ms", type=float, default=0)
    parser.add_argument("--cache-dir", type=Path)
    parser.add_argument("--prepared", action="store_true", help="the interpreter has the model's requirements")
    return parser.parse_args(arguments)


def _end_with_server() -> None:
    """End this process when the server, which holds the other end of standard input, is gone; even inside a predict."""
    while os.read(0, 1):
        pass
    os._exit(1)


def _serve(options: argparse.Namespace, channel: Channel) -> int:
    begin = time.monotonic()
    try:
        from .loading import load_model, unpacked
        from .preparing import interpreter, is_this

        if not options.prepared:
            root = unpacked(options.model_dir, options.scratch)
            python = interpreter(root, options.scratch, options.cache_dir)
            if not is_this(python):
                # The same program with the model's packages; socket and life line stay open.
                os.execv(python, [python, "-m", f"{__package__}.worker", *sys.argv[1:], "--prepared"])  # noqa: S606
        model = load_model(options.model_dir, options.format, options.model_name, options.scratch)
    except ModelError as error:
        traceback.print_exc()
        channel.send(Kind.FAILED, b"", str(error).encode())
        return MODEL_ERROR_STATUS
    together = (options.max_batch_size or model.usual_batch) if model.batchable else 1
    if options.max_batch_size > together:
        print("easymaker: rows of this model may influence each other, so --max-batch-size is not used", flush=True)
    about = _description(model.metadata) | {"max_batch_size": together}
    channel.send(Kind.READY, b"", orjson.dumps(about, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS))
    print(f"easymaker: {options.model_name} is loaded after {time.monotonic() - begin:.2f} s", flush=True)

    from .answering import answer, answer_together

    delay = options.batch_delay_ms / 1000
    while True:
        frame = channel.receive()
        assert frame is not None  # noqa: S101 - without a timeout
        frames = [frame] if together == 1 else _gathered(channel, frame, together, delay)
        answers = [answer(model, frame)] if len(frames) == 1 else answer_together(model, frames)
        sys.stdout.flush()
        for each, (status, payload) in zip(frames, answers, strict=True):
            channel.send(status, each.id, payload)


def _gathered(channel: Channel, first: Frame, size: int, delay: float) -> list[Frame]:
    """Return a request with those that follow within ``delay`` seconds, while their rows fit into ``size``."""
    from .answering import mergeable_rows

    rows = mergeable_rows(first)
    frames = [first]
    if rows is None:
        return frames
    count, until = len(rows), time.monotonic() + delay
    while count < size:
        frame = channel.receive(max(0.0, until - time.monotonic()))
        if frame is None:
            break
        rows = None if frame.flags & ALONE else mergeable_rows(frame)
        if rows is None or count + len(rows) > size:
            channel.put_back(frame)
            break
        frames.append(frame)
        count += len(rows)
    return frames


def _description(metadata: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(metadata)  # type: ignore[call-overload, no-any-return]


if __name__ == "__main__":
    sys.exit(main())
