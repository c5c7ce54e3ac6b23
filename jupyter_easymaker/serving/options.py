"""The settings of a model server, from its command line and from the engine's environment."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What a model server is told."""

    model_name: str
    model_dir: Path
    format: str
    host: str
    port: int
    paths: tuple[str, ...]
    workers: int
    max_batch_size: int
    """0: what is usual for the model's kind."""
    batch_delay_ms: float
    request_timeout: float
    """Seconds from a request's arrival to its answer, waiting for the model included."""
    client_timeout: float
    """Seconds a client may take to send its headers, and again for its body."""
    max_body_bytes: int
    max_queue: int
    drain_seconds: float
    cache_dir: Path | None
    report_file: str | None
    scratch: Path | None


def parse(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> Options:
    """Return the settings; ends the program with a message if they are wrong.

    Without ``--host`` and ``--port`` the address is the engine's for this node (EM_NODE_ADDRESSES, EM_NODE_RANK).
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    host, port = given.host, given.port
    if port is None:
        try:
            address = environment["EM_NODE_ADDRESSES"].split(",")[int(environment.get("EM_NODE_RANK", "0"))]
            node_host, _, node_port = address.rpartition(":")
            port, host = int(node_port), host or node_host
        except (KeyError, ValueError, IndexError):
            parser.error("--port is needed where no engine sets EM_NODE_ADDRESSES")
    for path in given.path:
        if not path.startswith("/") or "?" in path or "#" in path:
            parser.error(f"--path has to start with / and be a path only, not {path!r}")
    directory = environment.get("EM_NODE_DIR")
    return Options(
        model_name=given.model_name,
        model_dir=given.model_dir,
        format=given.format,
        host=host or "127.0.0.1",
        port=port,
        paths=tuple(given.path),
        workers=given.workers,
        max_batch_size=given.max_batch_size,
        batch_delay_ms=given.batch_delay_ms,
        request_timeout=given.request_timeout,
        client_timeout=given.client_timeout,
        max_body_bytes=given.max_body_bytes,
        max_queue=given.max_queue,
        drain_seconds=given.drain_seconds,
        cache_dir=given.cache_dir,
        report_file=environment.get("EM_REPORT_FILE"),
        scratch=Path(os.path.abspath(directory)) if directory else None,
    )


_BATCH_HELP = "rows of waiting requests answered by one call (default 64 for scikit-learn, XGBoost, LightGBM, else 1)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jupyter_easymaker.serving", description="Serve a model over HTTP.")
    add = parser.add_argument
    add("--model-name", required=True, help="the name in /v1/models/NAME and /v2/models/NAME")
    add("--model-dir", required=True, type=Path, help="the directory that holds the model, or its one archive")
    add("--format", default="auto", help="SKLEARN, PYTORCH, TENSORFLOW, ONNX, XGBOOST, LIGHTGBM, PYTHON or auto")
    add("--host", help="address to listen on (default: the engine's for this node, else 127.0.0.1)")
    add("--port", type=int, help="port to listen on (default: the engine's for this node); 0: a free one")
    add("--path", action="append", default=[], help="another path that takes what :predict takes, such as /inference")
    add("--workers", type=_positive, default=1, help="processes that hold the model (default 1)")
    add("--max-batch-size", type=_positive, default=0, help=_BATCH_HELP)
    add("--batch-delay-ms", type=_amount, default=0.0, help="how long to wait for rows of other requests (default 0)")
    add("--request-timeout", type=_seconds, default=60.0, help="seconds until 504 (default 60)")
    add("--client-timeout", type=_seconds, default=30.0, help="seconds a client has to send headers, then body (30)")
    add("--max-body-bytes", type=_positive, default=32 << 20, help="larger bodies get 413 (default 32 MiB)")
    add("--max-queue", type=_positive, default=1000, help="requests that may wait; more get 503 (default 1000)")
    add("--drain-seconds", type=_amount, default=1.0, help="how long connections are taken after SIGTERM (default 1)")
    add("--cache-dir", type=Path, help="where installed requirements.txt are kept for others with the same file")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e6:
        raise ValueError(text)
    return value


def _seconds(text: str) -> float:
    value = _amount(text)
    if value == 0:
        raise ValueError(text)
    return value
