"""``%%easymaker batch`` in a real IPython, against a real backend."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from jupyter_easymaker.magics.completion import completions
from tests.conftest import RunningBackend
from tests.magics.test_magic import run, shell
from tests.scoring import linear_model, rows_to_score

__all__ = ["shell"]


def test_rows_of_a_cell_are_scored(shell: InteractiveShell, backend: RunningBackend) -> None:
    linear_model(backend, "of-cell")
    options = "--name cell-scores --batch-size 2 --log --into result"
    captured = run(shell, f"batch --model of-cell {options}", "[1]\n[2]\n[]\n")
    result = shell.user_ns["result"]
    assert result["batchInferenceStatusCode"] == "COMPLETE", captured.text
    assert "3 rows: 2 scored, 1 not accepted" in captured.text
    path = backend.data_dir / "nas/local" / result["outputUri"].removeprefix("nas://local:/")
    assert (path / "cell.jsonl.out.jsonl").read_text().count("prediction") == 2
    for line, expected in (
        ("batch list --search cell-scores", "of-cell"),
        ("batch show cell-scores", "1 vCPU"),
        ("batch logs cell-scores", "3 rows"),
        ("batch watch cell-scores", "Complete"),
        ("batch monitoring cell-scores", ""),
        ("batch edit cell-scores --tag k=v", "changed"),
        ("batch copy cell-scores --name cell-again", "2 scored"),
        ("batch delete -y cell-again", "deleted"),
        ("logs body:scored AND batchInferenceName:cell-scores", "cell-scores"),
        ("batch", "cell-scores"),
    ):
        assert expected in run(shell, line).text, line


def test_input_is_named_and_refusals_speak_of_options(shell: InteractiveShell, backend: RunningBackend) -> None:
    linear_model(backend, "of-line")
    uri = rows_to_score(backend, "of-line")
    text = run(shell, f"batch --model of-line --input {uri} --output {uri}").text
    assert "--output must differ from --input" in text
    assert "--pods" in run(shell, f"batch -m of-line --input {uri} --pods 50").text
    assert "no model 'nobody'" in run(shell, f"batch -m nobody --input {uri}").text
    assert "--input" in run(shell, "batch -m of-line").text
    done = run(shell, f"batch -m of-line --input {uri} --include *.jsonl --name line-scores --into one").text
    assert "3 rows: 3 scored" in done


def test_names_are_completed(shell: InteractiveShell) -> None:
    assert "logs" in completions("%easymaker batch l")
    assert completions("%easymaker batch --model o", lambda kind: [f"of-{kind}"]) == ["of-model"]
    assert completions("%easymaker batch stop o", lambda kind: [f"of-{kind}"]) == ["of-batch"]
