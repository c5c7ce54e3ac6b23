"""A batch inference from its input to its results, run as an engine runs it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.runner.playing_engine import NodeRun

from .conftest import BatchSite

Score = Callable[..., NodeRun]


def test_rows_are_scored_in_order_into_a_file_beside_their_name(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=[[1, 2], [3, 4], [5, 6]], sub__b_jsonl=[[0, 1]])
    run = score(max_batch_size=2)
    assert run.exit_code == 0, run.log
    assert site.outputs == ["a.jsonl.out.jsonl", "sub/b.jsonl.out.jsonl", "summary.json"]
    assert site.results("a.jsonl.out.jsonl") == [
        {"line": 1, "prediction": pytest.approx(6)},
        {"line": 2, "prediction": pytest.approx(14)},
        {"line": 3, "prediction": pytest.approx(22)},
    ]
    assert run.report["batch"] == {
        "files": 2,
        "rows": 4,
        "processed": 4,
        "success2xx": 4,
        "fail4xx": 0,
        "fail5xx": 0,
    }
    assert run.report["succeeded"] is True
    assert run.report["outputs"] == {"outputUri": "nas://local:/out/1"}


@pytest.mark.parametrize(
    "content",
    [
        '{"instances": [[1, 2], [3, 4]]}',
        "[[1, 2], [3, 4]]",
        '{"x": 1, "instances": [[1, 2], [3, 4]]}',
        " \n[[1,2],[3,4]]",
    ],
)
def test_json_file_is_a_list_of_rows_or_instances(site: BatchSite, score: Score, content: str) -> None:
    site.data(a_json=content)
    run = score(data_type="JSON")
    assert run.exit_code == 0, run.log
    assert [row["prediction"] for row in site.results("a.json.out.jsonl")] == [pytest.approx(6), pytest.approx(14)]
    assert run.report["batch"]["rows"] == 2


def test_bad_rows_cost_only_themselves_and_are_kept_with_their_line(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl='[1, 2]\n\nno json\n[1]\n[3, 4]\n"text"\n[5, 6]')
    run = score(max_batch_size=10)
    assert run.exit_code == 0, run.log
    assert [row["line"] for row in site.results("a.jsonl.out.jsonl")] == [1, 5, 7]
    errors = site.results("a.jsonl.errors.jsonl")
    assert [(row["line"], row["status"], row["input"]) for row in errors] == [
        (3, 400, "no json"),
        (4, 400, [1]),
        (6, 400, "text"),
    ]
    assert run.report["batch"] | {"files": 1} == {
        "files": 1,
        "rows": 6,
        "processed": 6,
        "success2xx": 3,
        "fail4xx": 3,
        "fail5xx": 0,
    }
    assert site.summary["fail4xx"] == 3


def test_json_file_that_breaks_off_keeps_the_rows_before(site: BatchSite, score: Score) -> None:
    site.data(a_json='{"instances": [[1, 2], [3, 4], [5')
    run = score(data_type="JSON", max_batch_size=2)
    assert run.exit_code == 0, run.log
    assert len(site.results("a.json.out.jsonl")) == 2
    (error,) = site.results("a.json.errors.jsonl")
    assert (error["line"], error["status"]) == (3, 400)


def test_exclude_wins_over_include(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=[[1, 2]], b_jsonl=[[1, 2]], c_txt="no rows", sub__b_jsonl=[[1, 2]])
    run = score(include="*.jsonl", exclude="sub/**")
    assert run.exit_code == 0, run.log
    assert site.outputs == ["a.jsonl.out.jsonl", "b.jsonl.out.jsonl", "summary.json"]


def test_no_file_left_is_said_with_those_there_are(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=[[1, 2]])
    run = score(include="*.csv")
    assert run.exit_code == 1
    assert "include *.csv" in run.report["reason"]
    assert "a.jsonl" in run.report["reason"]


def test_pods_share_files_and_ranges_of_lines_and_leave_nothing_out(site: BatchSite) -> None:
    site.linear_model()
    rows = [[number, number / 2] for number in range(200_000)]
    site.data(large_jsonl=rows, small_jsonl=[[1, 2]])
    runs = site.run_runner(site.batch_plan(max_batch_size=1000), nodes=3)
    assert [run.exit_code for run in runs] == [0, 0, 0], runs[0].log + runs[1].log
    parts = [name for name in site.outputs if name.startswith("large") and name.endswith(".out.jsonl")]
    assert len(parts) == 3
    found = [row for name in parts for row in site.results(name)]
    assert [row["line"] for row in found] == list(range(1, 200_001))
    assert found[-1]["prediction"] == pytest.approx(sum(rows[-1]) * 2)
    assert site.summary["processed"] == site.summary["rows"] == 200_001
    assert site.summary["files"] == 2
    assert sum(run.report["batch"]["processed"] for run in runs) == 200_001


def test_results_that_are_there_already_are_not_overwritten(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=[[1, 2]])
    taken = site.nas / "out/1/a.jsonl.out.jsonl"
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")
    run = score()
    assert run.exit_code == 1
    assert "not overwritten" in run.report["reason"]
    assert taken.read_text() == "mine"


def test_model_that_cannot_be_loaded_is_the_reason(site: BatchSite, score: Score) -> None:
    site.data(a_jsonl=[[1, 2]])
    (site.nas / "models/other").mkdir(parents=True)
    (site.nas / "models/other/readme.txt").write_text("no model")
    run = score(model_uri="nas://local:/models/other")
    assert run.exit_code == 1
    assert "startedAt" not in run.report
    assert "readme.txt" in json.dumps(run.report["reason"])
