"""Conditions on a line, and what every line that meets them holds: that is looked for in large pieces of a log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..request_marks import OPENING
from .line import LEVELS, Line


class Expression:
    """A condition on a line."""

    def matches(self, line: Line) -> bool:
        raise NotImplementedError

    def needles(self) -> list[str]:
        """Return regular expressions; each is found in every line that matches."""
        return []


@dataclass(frozen=True)
class Always(Expression):
    value: bool

    def matches(self, line: Line) -> bool:
        return self.value


@dataclass(frozen=True)
class Body(Expression):
    """The line holds something, whatever the case."""

    pattern: str

    def matches(self, line: Line) -> bool:
        return regex_of(self.needles()[0]).search(line.body) is not None

    def needles(self) -> list[str]:
        return [f"(?i:{self.pattern})"]


@dataclass(frozen=True)
class Level(Expression):
    """The line is of one of some levels."""

    names: tuple[str, ...]

    def matches(self, line: Line) -> bool:
        return line.level in self.names

    def needles(self) -> list[str]:
        held = [LEVELS[name] for name in self.names]
        return ["|".join(held)] if all(held) else []


@dataclass(frozen=True)
class Inference(Expression):
    """The line belongs to a request whose name is like this."""

    pattern: str

    def matches(self, line: Line) -> bool:
        return any(regex_of(f"(?i:{self.pattern})").fullmatch(name.encode()) for name in line.inference_ids)

    def needles(self) -> list[str]:
        inner = self.pattern.removeprefix(".*").removesuffix(".*")
        return [f"(?i:{OPENING}.*{inner})"]


@dataclass(frozen=True)
class Between(Expression):
    """The line was printed in a time, in seconds since 1970."""

    first: float
    last: float

    def matches(self, line: Line) -> bool:
        return self.first <= line.time <= self.last


@dataclass(frozen=True)
class All(Expression):
    parts: tuple[Expression, ...]

    def matches(self, line: Line) -> bool:
        return all(part.matches(line) for part in self.parts)

    def needles(self) -> list[str]:
        return [needle for part in self.parts for needle in part.needles()]


@dataclass(frozen=True)
class Some(Expression):
    parts: tuple[Expression, ...]

    def matches(self, line: Line) -> bool:
        return any(part.matches(line) for part in self.parts)

    def needles(self) -> list[str]:
        of_parts = [part.needles() for part in self.parts]
        if not all(of_parts):
            return []
        return ["|".join(f"(?:{max(needles, key=len)})" for needles in of_parts)]


@dataclass(frozen=True)
class Unless(Expression):
    part: Expression

    def matches(self, line: Line) -> bool:
        return not self.part.matches(line)


def both(parts: list[Expression]) -> Expression:
    """Return what holds when all parts do; what is decided already is left out."""
    if any(part == Always(False) for part in parts):
        return Always(False)
    left = tuple(part for part in parts if part != Always(True))
    return left[0] if len(left) == 1 else All(left) if left else Always(True)


def either(parts: list[Expression]) -> Expression:
    """Return what holds when one of the parts does; what is decided already is left out."""
    if any(part == Always(True) for part in parts):
        return Always(True)
    left = tuple(part for part in parts if part != Always(False))
    return left[0] if len(left) == 1 else Some(left) if left else Always(False)


def unless(part: Expression) -> Expression:
    return Always(not part.value) if isinstance(part, Always) else Unless(part)


def levels_named(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return the levels a pattern stands for; programs write WARN for WARNING and CRITICAL for FATAL."""
    other_names = {"WARN": "WARNING", "CRITICAL": "FATAL"}
    found = {other_names.get(name, name) for name in (*LEVELS, *other_names) if pattern.fullmatch(name)}
    return tuple(name for name in LEVELS if name in found)


@lru_cache(maxsize=512)
def regex_of(pattern: str) -> Any:
    """Return a compiled expression for lines in UTF-8, whatever else they hold."""
    import re2  # RE2: no query takes longer than the text is long

    return re2.compile(pattern)
