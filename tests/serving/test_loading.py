"""What a model's directory may hold: found and loaded, or refused with the reason."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from jupyter_easymaker.algorithms.tabular import train
from jupyter_easymaker.algorithms.tabular.data import decide_task
from jupyter_easymaker.serving.archive import unpack
from jupyter_easymaker.serving.errors import HandlerError, InputError, ModelError
from jupyter_easymaker.serving.loading import load_model

from .conftest import IRIS_ROWS, write_predictor


def test_an_estimator_predicts(iris_model: Path) -> None:
    model = load_model(iris_model, "auto", "iris")
    assert model.metadata.framework == "SKLEARN"
    assert model.predict(IRIS_ROWS) == [1, 0]
    assert model.infer({"x": np.array(IRIS_ROWS)})["predict"].tolist() == [1, 0]


def test_columns_of_a_table_are_known_by_name(tmp_path: Path) -> None:
    table = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "colour": ["red", "blue", "red", "blue"]})
    encode = ColumnTransformer([("colour", OneHotEncoder(), ["colour"])], remainder="passthrough")
    joblib.dump(make_pipeline(encode, LinearRegression()).fit(table, [1, 12, 3, 14]), tmp_path / "model.pkl")
    model = load_model(tmp_path, "SKLEARN", "table")
    by_name = [{"colour": "blue", "size": 2}, {"size": 3, "colour": "red"}]
    assert model.predict(by_name) == pytest.approx([12, 3])
    assert model.predict([[2, "blue"], [3, "red"]]) == pytest.approx([12, 3])
    columns = {"size": np.array([2.0, 3.0]), "colour": np.array([["blue"], ["red"]], dtype=object)}
    assert model.infer(columns)["predict"].tolist() == pytest.approx([12, 3])
    for rows, expected in (
        ([{"size": 2}], "instances[0] lacks 'colour'"),
        ([{"size": 2, "colour": "red", "age": 1}], "unknown column 'age'"),
        ([{"size": 2, "colour": "red"}, [2, "red"]], "all alike"),
        ([[2, "red", 1]], "has 3 values; it takes 2 values (size, colour)"),
        ([[2, "green"]], "unknown categories"),
        ([[2, ["red"]]], "has to be a number or text"),
    ):
        with pytest.raises(InputError, match=expected.replace("[", "\\[").replace("(", "\\(").replace(")", "\\)")):
            model.predict(rows)


def test_the_tabular_algorithm_s_model_is_served_with_what_it_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pd.DataFrame({"age": [20, 30, 40, 50] * 5, "city": ["a", "b"] * 10, "buys": ["no", "yes"] * 10})
    features, target = train.plain(rows[["age", "city"]]), rows["buys"]
    options = train.argument_parser("", train.HYPERPARAMETERS).parse_args(["--model=linear"])
    monkeypatch.setenv("EM_MODEL_DIR", str(tmp_path))
    task = decide_task(target, "auto")
    train.save(train.build(task, options).fit(features, target), task, features, "buys", {"eval_accuracy": 1.0})
    model = load_model(tmp_path, "SKLEARN", "tabular")
    assert model.predict([{"age": 30, "city": "b"}, {"age": None, "city": "a"}]) == ["yes", "no"]
    assert len(model.predict([[1, None], [None, "c"]])) == 2
    assert model.metadata.details["target"] == "buys"
    assert model.metadata.details["classes"] == ["no", "yes"]
    assert model.metadata.example == {"age": 0, "city": ""}
    with pytest.raises(InputError, match="age has to be a number or null"):
        model.predict([{"age": "old", "city": "b"}])


def test_text_goes_to_a_vectorizer_as_it_is(tmp_path: Path) -> None:
    model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(["good fine", "bad poor"], ["+", "-"])
    joblib.dump(model, tmp_path / "model.joblib")
    assert load_model(tmp_path, "auto", "text").predict(["so good", "poor"]) == ["+", "-"]


class Fails(LogisticRegression):
    """An estimator whose own code is wrong."""

    def predict(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        raise ValueError("secret")


def test_errors_of_an_estimator_s_own_code_are_not_the_caller_s(tmp_path: Path) -> None:
    features, target = load_iris(return_X_y=True)
    joblib.dump(Fails(max_iter=500).fit(features, target), tmp_path / "model.joblib")
    with pytest.raises(HandlerError, match="failed on this input") as caught:
        load_model(tmp_path, "auto", "fails").predict(IRIS_ROWS)
    assert "secret" not in str(caught.value)


def test_a_python_class_is_served(tmp_path: Path) -> None:
    code = """
import helper
class Predictor:
    def load(self, directory): self.factor = float((directory / "factor.txt").read_text())
    def predict(self, instances): return [helper.times(each, self.factor) for each in instances]
"""
    model_dir = write_predictor(tmp_path, code)
    (tmp_path / "helper.py").write_text("def times(a, b): return a * b")
    (tmp_path / "factor.txt").write_text("3")
    assert load_model(model_dir, "auto", "mine").predict([1, 2]) == [3, 6]


def test_an_answer_too_few_is_the_model_s_error(tmp_path: Path) -> None:
    model_dir = write_predictor(
        tmp_path, "class Predictor:\n  def load(self, d): ...\n  def predict(self, i): return [1]"
    )
    with pytest.raises(HandlerError, match="returned 1 answers for 2 instances"):
        load_model(model_dir, "auto", "mine").predict([1, 2])


def make_empty(directory: Path) -> None:
    directory.mkdir()


def make_two(directory: Path) -> None:
    directory.mkdir()
    for name in ("a.joblib", "b.joblib"):
        joblib.dump(1, directory / name)


def make_no_estimator(directory: Path) -> None:
    directory.mkdir()
    joblib.dump({"a": 1}, directory / "model.joblib")


def make_damaged(directory: Path) -> None:
    directory.mkdir()
    (directory / "model.joblib").write_bytes(b"\x80\x04nonsense")


def make_missing_package(directory: Path) -> None:
    write_predictor(directory, "import surely_not_installed")


def make_syntax_error(directory: Path) -> None:
    write_predictor(directory, "class Predictor(:")


def make_unknown(directory: Path) -> None:
    directory.mkdir()
    (directory / "weights.h5").touch()


WRONG: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "missing": (lambda directory: None, "auto", "directory does not exist"),
    "empty": (make_empty, "auto", "directory is empty"),
    "two models": (make_two, "auto", "several .joblib or .pkl files; leave one or call it model: a.joblib, b.joblib"),
    "no estimator": (make_no_estimator, "auto", "holds dict, which has no predict"),
    "damaged": (make_damaged, "SKLEARN", "model.joblib could not be loaded: "),
    "other format": (make_damaged, "ONNX", "No ONNX model was found among model.joblib; it takes one .onnx file"),
    "not served": (make_damaged, "TRITON", "Models of the format TRITON cannot be served"),
    "missing package": (make_missing_package, "auto", "needs the Python package surely_not_installed"),
    "syntax error": (make_syntax_error, "auto", "predictor.py has a syntax error in line 1"),
    "unknown": (make_unknown, "auto", "No model was recognized among weights.h5"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_artifact_is_refused_with_the_reason(tmp_path: Path, case: str) -> None:
    make, format_, reason = WRONG[case]
    make(tmp_path / "model")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "model", format_, "wrong")
    assert reason in str(caught.value)


def write_zip(path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def write_tar(path: Path, *entries: tarfile.TarInfo) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for entry in entries:
            archive.addfile(entry, io.BytesIO(b"x" * entry.size))


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_is_unpacked_once(tmp_path: Path, iris_model: Path, kind: str) -> None:
    content = (iris_model / "model.joblib").read_bytes()
    scratch = tmp_path / "scratch"
    directory = tmp_path / "model" / "below"  # as a training leaves it
    directory.mkdir(parents=True)
    archive = directory / f"model.{kind}"
    if kind == "zip":
        write_zip(archive, {"inner/model.joblib": content})
    else:
        with tarfile.open(archive, "w:gz") as opened:
            opened.add(iris_model, "inner")
    for _ in range(2):
        assert load_model(tmp_path / "model", "auto", "iris", scratch).predict(IRIS_ROWS) == [1, 0]
    assert [each.name for each in scratch.iterdir()] == ["unpacked"]
    assert list(directory.iterdir()) == [archive]


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def file(name: str, size: int = 1) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    return entry


TRICKS: dict[str, Callable[[Path], None]] = {
    "zip slip": lambda path: write_zip(path, {"../evil": b"x"}),
    "zip slip deep": lambda path: write_zip(path, {"a/../../evil": b"x"}),
    "zip absolute": lambda path: write_zip(path, {"/tmp/evil": b"x"}),
    "zip backslashes": lambda path: write_zip(path, {"..\\evil": b"x"}),
    "zip drive": lambda path: write_zip(path, {"C:\\evil": b"x"}),
    "tar slip": lambda path: write_tar(path, file("../evil")),
    "tar absolute": lambda path: write_tar(path, file("/tmp/evil")),
    "tar link": lambda path: write_tar(path, link("a", ".."), file("a/evil")),
    "tar hard link": lambda path: write_tar(path, link("a", "/etc/passwd", tarfile.LNKTYPE)),
    "tar device": lambda path: write_tar(path, link("a", "", tarfile.CHRTYPE)),
    "twice": lambda path: write_tar(path, file("a"), file("a")),
    "file as directory": lambda path: write_tar(path, file("a"), file("a/b")),
    "too large": lambda path: write_zip(path, {"a": b"x" * 2000}),
    "no archive": lambda path: path.write_bytes(b"no archive") and None,  # type: ignore[func-returns-value]
    "cut off": lambda path: path.write_bytes(b"PK\x05\x06" + bytes(18) + b"PK\x03\x04") and None,  # type: ignore[func-returns-value]
}


@pytest.mark.parametrize("trick", TRICKS)
def test_an_archive_writes_nothing_outside_its_directory(tmp_path: Path, trick: str) -> None:
    archive = tmp_path / "archive"
    TRICKS[trick](archive)
    target = tmp_path / "deep" / "target"
    with pytest.raises(ModelError):
        unpack(archive, target, max_bytes=1000)
    assert not target.exists()
    left = {each.relative_to(tmp_path).parts[:2] for each in tmp_path.rglob("*")} - {("archive",), ("deep",)}
    assert left <= {("deep", "target.partial")}
    assert not any("evil" in each.name for each in tmp_path.rglob("*"))


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        entry = zipfile.ZipInfo("a")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc")
    with pytest.raises(ModelError, match="link or device"):
        unpack(tmp_path / "archive", tmp_path / "target")


def test_a_size_that_lies_is_found_by_what_is_written(tmp_path: Path) -> None:
    write_zip(tmp_path / "archive", {"a": b"x" * 100_000})
    content = (tmp_path / "archive").read_bytes().replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    (tmp_path / "archive").write_bytes(content)
    with pytest.raises(ModelError):
        unpack(tmp_path / "archive", tmp_path / "target", max_bytes=1000)
    assert not (tmp_path / "target").exists()


def test_metadata_of_others_is_left_alone(tmp_path: Path, iris_model: Path) -> None:
    (tmp_path / "model.joblib").write_bytes((iris_model / "model.joblib").read_bytes())
    (tmp_path / "metadata.json").write_text(json.dumps({"features": {"a": "text"}}))
    assert load_model(tmp_path, "auto", "iris").predict(IRIS_ROWS) == [1, 0]


def test_pandas_is_imported_only_for_models_of_tables(tmp_path: Path, iris_model: Path) -> None:
    table = pd.DataFrame(IRIS_ROWS * 5, columns=["a", "b", "c", "d"])
    joblib.dump(LogisticRegression().fit(table, [1, 0] * 5), tmp_path / "model.joblib")
    code = f"""
import sys
from pathlib import Path
from jupyter_easymaker.serving.loading import load_model
print(load_model(Path({str(iris_model)!r}), "auto", "numbers").predict({IRIS_ROWS}), "pandas" in sys.modules)
print(load_model(Path({str(tmp_path)!r}), "auto", "table").predict({IRIS_ROWS}), "pandas" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.splitlines() == ["[1, 0] False", "[1, 0] True"], run.stderr
