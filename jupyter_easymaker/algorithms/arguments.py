"""From an algorithm's specification to the parser of its command line, so that both say the same."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from ..resources.algorithm import HyperparameterSpec, HyperparameterType

_KINDS: dict[HyperparameterType, Callable[[str], Any]] = {HyperparameterType.INT: int, HyperparameterType.DOUBLE: float}


def argument_parser(description: str, specs: Sequence[HyperparameterSpec]) -> argparse.ArgumentParser:
    """Return a parser that takes each hyperparameter as ``--name value`` and refuses what the specification does."""
    parser = argparse.ArgumentParser(description=description)
    for spec in specs:
        kind = _KINDS.get(spec.hyperparameter_type_code, str)
        parser.add_argument(
            f"--{spec.hyperparameter_name}",
            type=_checked(spec, kind),
            default=kind(spec.default_value) if spec.default_value is not None else None,
            required=not spec.is_optional and spec.default_value is None,
            help=spec.description.replace("%", "%%"),
        )
    return parser


def _checked(spec: HyperparameterSpec, kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def convert(value: str) -> Any:
        problem = spec.problem_with(value)
        if problem:
            raise argparse.ArgumentTypeError(problem)
        return kind(value)

    return convert
