"""The tabular algorithm as the runner starts it: a process with data sets in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import pytest
from sklearn import datasets

from jupyter_easymaker.algorithms.arguments import argument_parser
from jupyter_easymaker.algorithms.tabular.specification import ENTRY_POINT, HYPERPARAMETERS, METRICS


@dataclass
class Workplace:
    """A training's directories."""

    path: Path

    def put(self, name: str, rows: pd.DataFrame, file: str = "rows.csv") -> None:
        directory = self.path / "data" / name
        directory.mkdir(parents=True, exist_ok=True)
        if file.endswith(".parquet"):
            rows.to_parquet(directory / file)
        else:
            rows.to_csv(directory / file, index=False)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        inputs = {f"EM_DATASET_{each.name.upper()}": str(each) for each in (self.path / "data").glob("*")}
        environment = {**os.environ, **inputs, "EM_MODEL_DIR": str(self.path / "model")}
        command = [sys.executable, "-m", ENTRY_POINT, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / "model/metadata.json").read_text())
        return found


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def iris() -> pd.DataFrame:
    loaded = datasets.load_iris(as_frame=True)
    rows: pd.DataFrame = loaded.frame.drop(columns=["target"])
    return rows.assign(kind=[loaded.target_names[index] for index in loaded.target])


def told(output: str) -> dict[str, float]:
    pairs = (line.split(" = ") for line in output.splitlines() if " = " in line)
    return {name: float(value) for name, value in pairs}


def test_classifier_is_trained_measured_and_predicts(workplace: Workplace) -> None:
    workplace.put("train", iris())
    ended = workplace.run("--target", "kind", "--iterations", "20")
    assert ended.returncode == 0, ended.stderr
    metrics = told(ended.stdout)
    assert metrics["eval_accuracy"] > 0.85
    assert set(metrics) <= set(METRICS)
    model = joblib.load(workplace.path / "model/model.joblib")
    assert set(model.predict(iris().drop(columns=["kind"]))) == {"setosa", "versicolor", "virginica"}
    assert workplace.about()["classes"] == ["setosa", "versicolor", "virginica"]


def test_regression_reads_parquet_and_measures_on_the_given_rows(workplace: Workplace) -> None:
    rows = datasets.load_diabetes(as_frame=True).frame
    workplace.put("train", rows[:300], "part.parquet")
    workplace.put("validation", rows[300:380], "part.parquet")
    workplace.put("test", rows[380:], "part.parquet")
    ended = workplace.run("--model", "linear")
    assert ended.returncode == 0, ended.stderr
    metrics = told(ended.stdout)
    assert metrics["eval_rmse"] == pytest.approx(metrics["eval_loss"] ** 0.5, rel=1e-3)
    assert 0.2 < metrics["test_eval_r2"] < 1
    assert workplace.about()["task"] == "regression"


def test_same_seed_gives_the_same_metrics(workplace: Workplace) -> None:
    workplace.put("train", iris())
    runs = [told(workplace.run("--model", "forest", "--iterations", "10", "--seed", "7").stdout) for _ in range(2)]
    assert runs[0] == runs[1] != {}


def test_gaps_texts_dates_and_truth_values_are_learnt_from(workplace: Workplace) -> None:
    rows = pd.DataFrame(
        {
            "number": [1.0, None, 3.0, 4.0] * 10,
            "text": ["a", "b", None, "a"] * 10,
            "truth": [True, False, True, True] * 10,
            "day": pd.date_range("2026-01-01", periods=40),
            "answer": ["yes", "no", "yes", "yes"] * 10,
        }
    )
    workplace.put("train", rows, "rows.parquet")
    ended = workplace.run("--model", "forest", "--iterations", "5")
    assert ended.returncode == 0, ended.stderr
    assert told(ended.stdout)["eval_accuracy"] == 1


@pytest.mark.parametrize(
    ("rows", "arguments", "said"),
    [
        (iris(), ["--target", "colour"], "has no column colour; it has sepal length"),
        (iris(), ["--target", "kind", "--task", "regression"], "Regression needs numbers"),
        (iris().assign(kind="same"), [], "has one value only"),
        (iris()[::49], [], "too few to hold some back"),
        (iris()[:0], [], "has no rows"),
        (iris()[["kind"]], [], "no column beside kind"),
        (iris().assign(kind=None), ["--target", "kind"], "is empty in every row"),
    ],
)
def test_data_that_cannot_be_learnt_from_is_refused_in_a_sentence(
    workplace: Workplace, rows: pd.DataFrame, arguments: list[str], said: str
) -> None:
    workplace.put("train", rows)
    ended = workplace.run(*arguments)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (workplace.path / "model").exists()


def test_data_set_without_tables_is_refused(workplace: Workplace) -> None:
    (workplace.path / "data/train").mkdir(parents=True)
    (workplace.path / "data/train/notes.txt").write_text("no table")
    assert "holds no .csv or .parquet file" in workplace.run().stderr


def test_command_line_takes_every_specified_hyperparameter() -> None:
    options = vars(argument_parser("", HYPERPARAMETERS).parse_args([]))
    assert {name: str(value) for name, value in options.items()} == {
        spec.hyperparameter_name: spec.default_value for spec in HYPERPARAMETERS
    }


@pytest.mark.parametrize("arguments", [["--iterations", "0"], ["--model", "magic"], ["--learning_rate", "fast"]])
def test_hyperparameter_outside_its_range_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        argument_parser("", HYPERPARAMETERS).parse_args(arguments)
    assert f"argument {arguments[0]}" in capsys.readouterr().err
