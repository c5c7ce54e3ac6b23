"""``timed``: how long a step of a handler takes, told to its metrics where model-config.yaml asks for it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method, timed when the configuration has ``handler: {profile: true}``."""

    @functools.wraps(function)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        context = getattr(self, "context", None)
        settings = getattr(context, "model_yaml_config", None) or {}
        if not (settings.get("handler") or {}).get("profile"):
            return function(self, *args, **kwargs)
        begin = time.time()
        result = function(self, *args, **kwargs)
        context.metrics.add_time(f"ts_handler_{function.__name__}", (time.time() - begin) * 1000)  # type: ignore[union-attr]
        return result

    return wrapped
