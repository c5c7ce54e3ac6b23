"""The log search's query language: Lucene's, as far as the guide uses it.

``body:"out of memory" AND NOT logLevel:INFO AND trainingName:iris*``, with parentheses, wildcards and ranges of time.
It is compiled for one training at a time, so that what is known of all of its lines (its name, its id) is decided once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from ..resources.errors import field_error
from .line import LEVELS, Line

_OF_A_TRAINING = ("trainingId", "trainingName", "category", "logType", "easymakerAppKey", "node")
FIELDS = ("body", "logLevel", "time", *_OF_A_TRAINING)
_MAX_CHARACTERS = 2000
_WILDCARD = re.compile(r"(?<!\\)[*?]")


class Expression:
    """A condition on a line."""

    def matches(self, line: Line) -> bool:
        raise NotImplementedError

    def needle(self) -> str | None:
        """Return a regular expression that every matching line holds, None if there is none."""
        return None


@dataclass(frozen=True)
class Always(Expression):
    value: bool

    def matches(self, line: Line) -> bool:
        return self.value


class Body(Expression):
    """The line holds something, whatever the case."""

    def __init__(self, pattern: str) -> None:
        import re2  # RE2: no query takes longer than the text is long

        self._pattern = pattern
        self._regex: Any = re2.compile(f"(?i){pattern}".encode())

    def matches(self, line: Line) -> bool:
        return self._regex.search(line.data) is not None

    def needle(self) -> str | None:
        return self._pattern


@dataclass(frozen=True)
class Level(Expression):
    pattern: re.Pattern[str]

    def matches(self, line: Line) -> bool:
        return self.pattern.fullmatch(line.level) is not None


@dataclass(frozen=True)
class Between(Expression):
    first: float
    last: float

    def matches(self, line: Line) -> bool:
        return self.first <= line.time <= self.last


class All(Expression):
    def __init__(self, parts: list[Expression]) -> None:
        self._parts = parts

    def matches(self, line: Line) -> bool:
        return all(part.matches(line) for part in self._parts)

    def needle(self) -> str | None:
        return max((needle for part in self._parts if (needle := part.needle())), key=len, default=None)


class Some(Expression):
    def __init__(self, parts: list[Expression]) -> None:
        self._parts = parts

    def matches(self, line: Line) -> bool:
        return any(part.matches(line) for part in self._parts)

    def needle(self) -> str | None:
        needles = [part.needle() for part in self._parts]
        return None if None in needles else "|".join(f"(?:{needle})" for needle in needles)


@dataclass(frozen=True)
class Unless(Expression):
    part: Expression

    def matches(self, line: Line) -> bool:
        return not self.part.matches(line)


class Query:
    """A parsed query.

    Raises:
        EasyMakerError: it cannot be read; says where and what would be understood.
    """

    def __init__(self, text: str) -> None:
        self._tree = _parse(text)
        self.compile(dict.fromkeys(_OF_A_TRAINING, ""))  # what is wrong is said before anything is searched

    def compile(self, training: Mapping[str, str]) -> Expression:
        """Return the condition for the lines of one training, given what is the same for all of them."""
        return _compile(self._tree, "body", training) if self._tree is not None else Always(True)


def _parse(text: str) -> Any:
    if len(text) > _MAX_CHARACTERS:
        raise field_error("query", f"is longer than {_MAX_CHARACTERS} characters")
    if not text.strip():
        return None
    from luqum.exceptions import ParseError  # both are slow to import, and few search
    from luqum.parser import parser

    try:
        return parser.parse(text, lexer=_lexer())
    except (ParseError, RecursionError) as error:
        where = re.search(r"at position (\d+)", str(error))
        place = f" at character {int(where[1]) + 1}" if where else " at its end"
        raise field_error(
            "query",
            f'cannot be read{place}; write such as body:"text" AND (logLevel:ERROR OR trainingName:iris*), and quote '
            "what holds : ( ) [ ] or spaces",
        ) from error


def _lexer() -> Any:
    from luqum.parser import lexer  # a lexer has a state, and searches run side by side

    return lexer.clone()


def _compile(node: Any, field: str, training: Mapping[str, str]) -> Expression:
    from luqum import tree

    if isinstance(node, tree.SearchField):
        if node.name not in FIELDS:
            raise field_error("query", f"asks for the field {node.name}; there are {', '.join(FIELDS)}")
        return _compile(node.expr, node.name, training)
    if isinstance(node, tree.BaseGroup | tree.Plus):
        return _compile(node.children[0], field, training)
    if isinstance(node, tree.Not | tree.Prohibit):
        return _not(_compile(node.children[0], field, training))
    if isinstance(node, tree.OrOperation):
        return _or([_compile(child, field, training) for child in node.children])
    if isinstance(node, tree.AndOperation | tree.UnknownOperation):
        return _and([_compile(child, field, training) for child in node.children])
    if isinstance(node, tree.Range):
        return _range(node, field)
    if isinstance(node, tree.Word | tree.Phrase):
        return _term(node, field, training)
    raise field_error("query", f"holds {node}, which is not understood here; use words, quotes, wildcards and ranges")


def _term(node: Any, field: str, training: Mapping[str, str]) -> Expression:
    from luqum import tree

    quoted = isinstance(node, tree.Phrase)
    text = node.value[1:-1] if quoted else node.value
    if field == "time":
        first = _moment(text)
        return Between(first, first + _span(text))
    pattern = re.escape(re.sub(r"\\(.)", r"\1", text)) if quoted else _wildcards(text)
    if field == "body":
        return Always(True) if pattern == ".*" else Body(pattern)
    whole = re.compile(pattern, re.IGNORECASE)
    if field == "logLevel":
        if not any(whole.fullmatch(level) for level in LEVELS):
            raise field_error("query", f"asks for the logLevel {text}; there are {', '.join(LEVELS)}")
        return Level(whole)
    return Always(whole.fullmatch(training[field]) is not None)


def _wildcards(text: str) -> str:
    parts = _WILDCARD.split(text)
    wild = _WILDCARD.findall(text)
    plain = [re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts]
    return plain[0] + "".join({"*": ".*", "?": "."}[sign] + part for sign, part in zip(wild, plain[1:], strict=True))


def _range(node: Any, field: str) -> Expression:
    if field != "time":
        raise field_error("query", f"has a range of {field}; only time has ranges: time:[2026-01-31 TO 2026-02-28]")
    low, high = str(node.low).strip().strip('"'), str(node.high).strip().strip('"')
    first = -inf if low == "*" else _moment(low) + (0 if node.include_low else 1e-6)
    last = inf if high == "*" else _moment(high) + (_span(high) if node.include_high else -1e-6)
    return Between(first, last)


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text.replace("\\", ""))
    except ValueError as error:
        raise field_error(
            "query", f'has the time {text}; write "2026-01-31" or "2026-01-31T08:15:00Z" (UTC where no zone is given)'
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _span(text: str) -> float:
    """Return how long the moment is that a time names: a day, or a second."""
    return (timedelta(days=1) if len(text) <= len("2026-01-31") else timedelta(seconds=1)).total_seconds() - 1e-6


def _and(parts: list[Expression]) -> Expression:
    if any(part == Always(False) for part in parts):
        return Always(False)
    left = [part for part in parts if part != Always(True)]
    return left[0] if len(left) == 1 else All(left) if left else Always(True)


def _or(parts: list[Expression]) -> Expression:
    if any(part == Always(True) for part in parts):
        return Always(True)
    left = [part for part in parts if part != Always(False)]
    return left[0] if len(left) == 1 else Some(left) if left else Always(False)


def _not(part: Expression) -> Expression:
    return Always(not part.value) if isinstance(part, Always) else Unless(part)
