"""The log search's query language."""

from __future__ import annotations

import pytest

from jupyter_easymaker.logs.line import Line
from jupyter_easymaker.logs.query import Always, Query
from jupyter_easymaker.resources.errors import EasyMakerError

TRAINING = {
    "trainingId": "t-1",
    "trainingName": "iris-base",
    "category": "easymaker.training",
    "logType": "NHNCloud-AIEasyMaker",
    "easymakerAppKey": "default",
    "node": "0",
}
AT = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def matches(query: str, body: str = "CUDA ran out of memory on rank 3", time: float = AT) -> bool:
    return Query(query).compile(TRAINING).matches(Line(time, 0, body.encode()))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "memory",
        'body:"out of memory"',
        "body:OUT AND body:cuda",
        "body:out body:memory",
        "body:nothing OR body:rank",
        "NOT body:nothing",
        "-body:nothing",
        "body:mem*",
        "body:r?nk",
        "body:(cuda AND NOT disk)",
        'category:"easymaker.training"',
        "trainingName:iris* AND memory",
        "trainingName:IRIS-BASE",
        "node:0",
        "logLevel:INFO",
        "NOT logLevel:WARN",
        "logLevel:(INFO OR ERROR)",
        "time:[2025-12-31 TO 2026-01-01]",
        'time:["2026-01-01T00:00:00Z" TO *]',
        "time:2026-01-01",
        "time:>=2026-01-01",
        "time:<2026-01-02",
        "body:*",
    ],
)
def test_query_matches(query: str) -> None:
    assert matches(query)


@pytest.mark.parametrize(
    "query",
    [
        'body:"memory out"',
        "body:cuda AND body:disk",
        "NOT body:cuda",
        "category:easymaker.inference",
        "trainingName:iris",
        "node:1",
        "time:>2026-01-01",
        "time:<2026-01-01",
        "logLevel:ERROR",
        "time:[* TO 2025-12-31]",
        "time:{2026-01-01 TO *} AND body:nothing",
        "body:rank.3",
    ],
)
def test_query_does_not_match(query: str) -> None:
    assert not matches(query)


@pytest.mark.parametrize(
    ("body", "level"),
    [
        ("2026-01-01 ERROR something", "ERROR"),
        ("WARNING:root:careful", "WARNING"),
        ("[WARN] careful", "WARNING"),
        ("Traceback (most recent call last):", "ERROR"),
        ("ValueError: no such thing", "ERROR"),
        ("loss=0.1", "INFO"),
        ("[DEBUG] detail", "DEBUG"),
        ("errors were 3", "INFO"),
    ],
)
def test_level_is_what_the_line_names(body: str, level: str) -> None:
    assert Line(0, 0, body.encode()).level == level


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('body:"open', "cannot be read"),
        ("body:(a AND", "cannot be read"),
        ("color:red", "the field color (there are body, logLevel, time"),
        ("logLevel:LOUD", "there are FATAL, ERROR"),
        ("time:yesterday", "the time yesterday"),
        ("trainingName:[a TO b]", "only time has ranges"),
        ("body:a~2", "not understood"),
        ("a AND color:red", "at character 7"),
        ("a && b", "write AND"),
        ("a AND OR b", "at character 7"),
        ('body:"open', "close every quote"),
        ("(" * 900 + "a" + ")" * 900, "flatter"),
        ("NOT " * 400 + "a", "flatter"),
        ("x" * 2001, "longer than 2000"),
    ],
)
def test_query_that_cannot_be_read_is_refused_with_the_fix(query: str, said: str) -> None:
    with pytest.raises(EasyMakerError) as refused:
        Query(query)
    assert said in str(refused.value.fields[0].message)


def test_query_about_another_training_is_decided_without_its_lines() -> None:
    assert Query("trainingName:other AND body:x").compile(TRAINING) == Always(False)


def test_wildcards_cannot_be_made_to_hang() -> None:
    assert not matches("body:" + "a*" * 30 + "b", "a" * 100_000)


@pytest.mark.parametrize("query", ["body:모델", "body:모?", "body:ÉPOQUE", r"body:\*", r"body:C\:*x"])
def test_words_of_any_language_and_escaped_signs_are_found(query: str) -> None:
    assert matches(query, "모델 저장, époque 3 * C:/data/x")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("inferenceId:a-1", True),
        ('inferenceId:"B:2"', True),
        ("inferenceId:a*", True),
        ("inferenceId:*", True),
        ("inferenceId:a", False),
        ("inferenceId:1", False),
        ("NOT inferenceId:c", True),
        ("body:saw AND inferenceId:b*", True),
        ("body:a-1", False),
        ("body:inference", False),
        ("logLevel:ERROR", True),
    ],
)
def test_request_a_line_belongs_to_is_a_field_and_none_of_its_body(query: str, found: bool) -> None:
    assert matches(query, "[inference a-1,b:2] ValueError: saw it") is found


@pytest.mark.parametrize("line", ["saw it", "[inference ] saw it", "[inference a b] saw it", " [inference a] saw it"])
def test_line_without_a_request_has_none(line: str) -> None:
    assert not matches("inferenceId:*", line)
    assert matches('body:"saw it"', line)
