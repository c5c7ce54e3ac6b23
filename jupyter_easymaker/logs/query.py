"""The log search's query language: Lucene's, as far as the guide uses it.

``body:"out of memory" AND NOT logLevel:INFO AND trainingName:iris*``, with parentheses, wildcards and ranges of time.
Words beside each other must all match, as if there were AND between them.
It is compiled for one training at a time, so that what is known of all of its lines (its name, its id) is decided once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from ..resources.errors import EasyMakerError, field_error
from .expression import Always, Between, Body, Expression, Inference, Level, both, either, levels_named, unless
from .line import LEVELS

_SAME_FOR_ALL_LINES = (
    *("trainingId", "trainingName", "hyperparameterTuningId", "batchInferenceId", "batchInferenceName"),
    *("endpointId", "endpointName", "endpointStageId", "endpointModelId", "modelName", "podName", "action"),
    *("category", "logType", "easymakerAppKey", "node"),
)
FIELDS = ("body", "logLevel", "time", "inferenceId", *_SAME_FOR_ALL_LINES)
_MAX_CHARACTERS = 2000
_MAX_DEPTH = 100
_WILDCARD = re.compile(r"(?<!\\)[*?]")
_FOREIGN = {"&&": "AND", "||": "OR", "!": "NOT"}
_STEP = 1e-6  # between what a range includes and what it does not
_AN_EXAMPLE = (
    'write such as body:"text" AND (logLevel:ERROR OR trainingName:iris*), and quote what holds : ( ) [ ] or spaces'
)


class Query:
    """A parsed query.

    Raises:
        EasyMakerError: it cannot be read; says where and what would be understood.
    """

    def __init__(self, text: str) -> None:
        self._tree = _parse(text)
        self.compile(dict.fromkeys(_SAME_FOR_ALL_LINES, ""))  # what is wrong is said before anything is searched

    def compile(self, training: Mapping[str, str]) -> Expression:
        """Return the condition for the lines of one training, given what is the same for all of them."""
        return _compile(self._tree, "body", training) if self._tree is not None else Always(True)


def _parse(text: str) -> Any:
    if len(text) > _MAX_CHARACTERS:
        raise field_error("query", f"is longer than {_MAX_CHARACTERS} characters")
    if "\x00" in text:
        raise field_error("query", "holds a NUL character; remove it")
    if not text.strip():
        return None
    from luqum.exceptions import ParseError  # both are slow to import, and few search
    from luqum.parser import lexer, parser

    try:
        tree = parser.parse(text, lexer=lexer.clone())  # a lexer has a state, and searches run side by side
    except ParseError as error:
        where = re.search(r"at position (\d+)", str(error))
        place = f"at character {int(where[1]) + 1}" if where else "at its end"
        hint = "close every quote and parenthesis and " if not where or text[int(where[1])] == '"' else ""
        raise field_error("query", f"cannot be read {place}; {hint}{_AN_EXAMPLE}") from error
    level, depth = [tree], 0
    while level:
        level, depth = [child for node in level for child in node.children], depth + 1
        if depth > _MAX_DEPTH:
            raise field_error("query", "has too many parentheses or NOTs within each other; write it flatter")
    return tree


def _wrong(node: Any, what: str) -> EasyMakerError:
    place = "" if node.pos is None else f" at character {node.pos + 1}"
    return field_error("query", f"{what}{place}")


def _compile(node: Any, field: str, training: Mapping[str, str]) -> Expression:
    from luqum import tree

    if isinstance(node, tree.SearchField):
        if node.name not in FIELDS:
            raise _wrong(node, f"asks for the field {node.name} (there are {', '.join(FIELDS)})")
        return _compile(node.expr, node.name, training)
    if isinstance(node, tree.BaseGroup | tree.Plus):
        return _compile(node.children[0], field, training)
    if isinstance(node, tree.Not | tree.Prohibit):
        return unless(_compile(node.children[0], field, training))
    if isinstance(node, tree.OrOperation):
        return either([_compile(child, field, training) for child in node.children])
    if isinstance(node, tree.AndOperation | tree.UnknownOperation):
        return both([_compile(child, field, training) for child in node.children])
    if isinstance(node, tree.Range | tree.From | tree.To):
        return _range(node, field)
    if isinstance(node, tree.Word | tree.Phrase):
        return _term(node, field, training)
    raise _wrong(node, f"holds {node}, which is not understood here (use words, quotes, wildcards and ranges)")


def _term(node: Any, field: str, training: Mapping[str, str]) -> Expression:
    from luqum import tree

    quoted = isinstance(node, tree.Phrase)
    text = node.value[1:-1] if quoted else node.value
    if not quoted and (text in _FOREIGN or text[0] == "!"):
        sign = text if text in _FOREIGN else "!"
        raise _wrong(node, f"holds {sign} (write {_FOREIGN[sign]}, or quote it)")
    if field == "time":
        first = _moment(node, text)
        return Between(first, first + _span(text))
    pattern = re.escape(re.sub(r"\\(.)", r"\1", text)) if quoted else _wildcards(text)
    if field == "body":
        inner = pattern if quoted else pattern.removeprefix(".*").removesuffix(".*")  # it may stand anywhere
        return Body(inner) if inner else Always(True)
    if field == "inferenceId":
        return Inference(pattern)
    whole = re.compile(pattern, re.IGNORECASE)
    if field == "logLevel":
        names = levels_named(whole)
        if not names:
            raise _wrong(node, f"asks for the logLevel {text} (there are {', '.join(LEVELS)})")
        return Level(names)
    return Always(whole.fullmatch(training.get(field, "")) is not None)


def _wildcards(text: str) -> str:
    """Return a regular expression for a word."""
    parts = _WILDCARD.split(text)
    wild = _WILDCARD.findall(text)
    plain = [re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts]
    signs = [{"*": ".*", "?": "."}[sign] for sign in wild]
    found = plain[0] + "".join(sign + part for sign, part in zip(signs, plain[1:], strict=True))
    return re.sub(r"(?:\.\*)+", ".*", found)


def _range(node: Any, field: str) -> Expression:
    from luqum import tree

    if field != "time":
        raise _wrong(node, f"has a range of {field} (only time has ranges: time:[2026-01-31 TO 2026-02-28])")
    if isinstance(node, tree.Range):
        return Between(_first(node, node.low, node.include_low), _last(node, node.high, node.include_high))
    if isinstance(node, tree.From):
        return Between(_first(node, node.a, node.include), inf)
    return Between(-inf, _last(node, node.a, node.include))


def _first(node: Any, bound: Any, included: bool) -> float:
    text = _plain(bound)
    if text == "*":
        return -inf
    return _moment(node, text) + (0 if included else _span(text) + _STEP)


def _last(node: Any, bound: Any, included: bool) -> float:
    text = _plain(bound)
    if text == "*":
        return inf
    return _moment(node, text) + (_span(text) if included else -_STEP)


def _plain(bound: Any) -> str:
    return str(bound).strip().strip('"')


def _moment(node: Any, text: str) -> float:
    try:
        moment = datetime.fromisoformat(text.replace("\\", ""))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise _wrong(
            node,
            f'has the time {text} (write "2026-01-31" or "2026-01-31T08:15:00Z", in UTC where no zone is given)',
        ) from error


def _span(text: str) -> float:
    """Return how long the moment is that a time names: a day, or a second."""
    length = timedelta(days=1) if len(text) <= len("2026-01-31") else timedelta(seconds=1)
    return length.total_seconds() - _STEP
