"""Requests counted by path and kind of answer, as Prometheus reads them: plain integers, since every request pays."""

from __future__ import annotations

from collections.abc import Mapping

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Counters:
    """Counts since the server started."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, int], int] = {}
        self._seconds: dict[str, float] = {}
        self._buckets: dict[str, list[int]] = {}

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count an answer; ``path`` is one of few, never a caller's own."""
        key = (path, status // 100)
        self._requests[key] = self._requests.get(key, 0) + 1
        self._seconds[path] = self._seconds.get(path, 0.0) + seconds
        buckets = self._buckets.get(path)
        if buckets is None:
            buckets = self._buckets[path] = [0] * (len(_BOUNDS) + 1)
        index = 0
        while index < len(_BOUNDS) and seconds > _BOUNDS[index]:
            index += 1
        buckets[index] += 1

    def text(self, gauges: Mapping[str, float]) -> str:
        """Return all counts, and these values of now by name."""
        lines = ["# TYPE easymaker_model_requests_total counter"]
        for (path, kind), count in sorted(self._requests.items()):
            lines.append(f'easymaker_model_requests_total{{path="{_quoted(path)}",code="{kind}xx"}} {count}')
        lines.append("# TYPE easymaker_model_request_seconds histogram")
        for path, buckets in sorted(self._buckets.items()):
            total = 0
            for bound, count in zip([*map(str, _BOUNDS), "+Inf"], buckets, strict=True):
                total += count
                lines.append(f'easymaker_model_request_seconds_bucket{{path="{_quoted(path)}",le="{bound}"}} {total}')
            lines.append(f'easymaker_model_request_seconds_sum{{path="{_quoted(path)}"}} {self._seconds[path]:.6f}')
            lines.append(f'easymaker_model_request_seconds_count{{path="{_quoted(path)}"}} {total}')
        for name, value in gauges.items():
            lines += [f"# TYPE easymaker_model_{name} gauge", f"easymaker_model_{name} {value:g}"]
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
