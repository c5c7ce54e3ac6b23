"""``%%easymaker tune`` and ``%easymaker tuning`` in a real IPython, against a real backend."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_easymaker.magics.completion import completions
from tests.conftest import RunningBackend
from tests.magics.test_magic import run, shell
from tests.waiting import wait_for

__all__ = ["shell"]
CODE = """
import os, pathlib
lr, kind = float(os.environ["EM_HP_LR"]), os.environ["EM_HP_KIND"]
assert os.environ["EM_HP_EPOCHS"] == "2"
pathlib.Path(os.environ["EM_MODEL_DIR"], "lr.txt").write_text(str(lr))
for step in range(3):
    print(f"loss={abs(lr - 0.3) + (kind == 'b') + 1 / (step + 1)}", flush=True)
print("tried", lr, kind)
"""
SEARCH = "--range lr=0.1..0.5:0.2 --choice kind=a,b -p epochs=2 --objective loss --strategy grid"


@pytest.fixture(scope="module")
def tuned(backend: RunningBackend) -> dict[str, Any]:
    """A tuning made with the magic and shown to its end; what the cell showed is ``text``."""
    return {}


@pytest.fixture
def done(shell: InteractiveShell, tuned: dict[str, Any]) -> dict[str, Any]:
    if not tuned:
        captured = run(shell, f"tune --experiment tunes --name tuned {SEARCH} --parallel 2 --into result", CODE)
        tuned.update(shell.user_ns["result"], text=captured.text)
    return tuned


def test_cell_is_tuned_to_its_end_and_shows_its_best_trial(done: dict[str, Any]) -> None:
    assert done["hyperparameterTuningStatusCode"] == "COMPLETE", done["text"]
    assert (done["trialCount"], done["successfulTrialCount"], done["instanceCount"]) == (6, 6, 2)
    best = {each["parameterName"]: each["parameterValue"] for each in done["optimalTrial"]["hyperparameterList"]}
    assert best == {"lr": "0.3", "kind": "a", "epochs": "2"}
    for expected in ("Every combination was tried.", "6 trials: 6 succeeded", "lr=0.3, kind=a", "★"):
        assert expected in done["text"]


def test_tuning_is_listed_and_shown_in_words(shell: InteractiveShell, done: dict[str, Any]) -> None:
    assert "6 trials: 6 succeeded" in run(shell, "tuning list --experiment tunes --status complete").text
    assert "tuned" in run(shell, "tuning").text
    text = run(shell, "tuning show tuned").text
    for expected in (
        "lowest loss",
        "0.1..0.5:0.2",
        "a,b",
        "grid",
        "for each of 2 parallel trials",
        "Best output",
        "train.py",
        "nas://",
    ):
        assert expected in text


def test_trials_are_sorted_by_objective_best_first(shell: InteractiveShell, done: dict[str, Any]) -> None:
    run(shell, "tuning trials tuned --sort objective --limit 2 --into best")
    assert [each["isOptimal"] for each in shell.user_ns["best"]] == [True, False]
    text = run(shell, "tuning trials tuned --status succeeded --limit 2").text
    for expected in ("Succeeded", "loss", "lr", "kind", "6 in all"):
        assert expected in text


def test_charts_curves_and_logs_tell_what_mattered(shell: InteractiveShell, done: dict[str, Any]) -> None:
    text = run(shell, "tuning charts tuned --into charts").text
    assert "Best loss so far" in text
    assert "%" in text
    assert len(shell.user_ns["charts"]["historyList"]) == 6
    assert "loss, last" in run(shell, "tuning curves tuned").text
    assert "No trial has told accuracy yet." in run(shell, "tuning curves tuned --metric accuracy").text
    assert "tried 0.3 a" in run(shell, "tuning logs tuned").text
    assert "tried" in run(shell, "tuning logs tuned --trial 0 --tail 1").text
    assert "it has 0 to 5" in run(shell, "tuning logs tuned --trial 6").text


def test_tensorboard_of_all_trials_is_opened(shell: InteractiveShell, done: dict[str, Any]) -> None:
    text = run(shell, "tensorboard --tuning tuned").text
    assert f"tensorboards/tuning-{done['hyperparameterTuningId']}/" in text
    assert "Name a training" in run(shell, "tensorboard other --tuning tuned").text


def test_model_is_made_of_the_best_trial(shell: InteractiveShell, done: dict[str, Any]) -> None:
    assert "registered" in run(shell, "model create of-tuned --tuning tuned --framework sklearn").text
    assert "tuned" in run(shell, "model show of-tuned").text
    assert "of-tuned" in run(shell, "tuning delete -y tuned").text  # refused, naming what is in the way
    run(shell, "model delete -y of-tuned")


def test_tuning_is_copied_elsewhere_stopped_edited_and_deleted(
    shell: InteractiveShell, backend: RunningBackend, done: dict[str, Any]
) -> None:
    run(
        shell,
        "tuning copy tuned --name again --range lr=1..2 --trials 3 --strategy tpe --seed 4 --maximize --parallel 1"
        " --goal 1e9 --early-stopping median --min-trials 2 --start-step 7 --keep best --max-failed 2 --no-wait"
        " --into copied",
    )
    copied = shell.user_ns["copied"]
    expected = {
        "maxTrialCount": 3, "tuningStrategyName": "BAYESIAN_OPTIMIZATION", "tuningStrategyRandomState": 4,
        "objectiveTypeCode": "MAXIMIZE", "parallelTrialCount": 1, "instanceCount": 1, "objectiveGoal": 1e9,
        "earlyStoppingAlgorithm": "MEDIAN", "earlyStoppingMinTrialCount": 2, "earlyStoppingStartStep": 7,
        "keptModels": "BEST", "maxFailedTrialCount": 2,
    }  # fmt: skip
    assert {key: copied[key] for key in expected} == expected
    spec = {each["hyperparameterName"]: each["hyperparameterTypeCode"] for each in copied["hyperparameterSpecList"]}
    assert spec == {"lr": "int", "kind": "categorical", "epochs": "categorical"}
    assert "is being stopped" in run(shell, "tuning stop again").text
    path = f"hyperparameter-tunings/{copied['hyperparameterTuningId']}"
    wait_for(lambda: backend.get(path)["hyperparameterTuning"]["hyperparameterTuningStatusCode"] == "STOPPED", 60)
    assert "is changed" in run(shell, "tuning edit again --name other --tag a=b").text
    assert "deleted" in run(shell, "tuning delete -y other").text
    assert "There is no hyperparameter tuning 'other'" in run(shell, "tuning show other").text


def test_failing_trials_raise_when_asked(shell: InteractiveShell) -> None:
    with pytest.raises(Exception, match="1 trial has failed"):
        run(shell, f"tune -e tunes --max-failed 1 --raise {SEARCH}", "raise SystemExit(3)")


def test_template_of_a_training_fills_a_tuning(shell: InteractiveShell, backend: RunningBackend) -> None:
    run(shell, "train -e tunes --name for-template -p epochs=3 -p lr=1 --no-wait", "print('loss=1')")
    run(shell, "template create for-tuning --training for-template")
    run(shell, "tune --template for-tuning -e tunes --range lr=1..2 --objective loss --trials 1 --into filled")
    filled = shell.user_ns["filled"]
    assert filled["entryPoint"] == "train.py"
    tried = {each["parameterName"]: each["parameterValue"] for each in filled["optimalTrial"]["hyperparameterList"]}
    assert tried["epochs"] == "3"
    assert tried["lr"] in ("1", "2")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--range lr=1", "no range: write lr=0.001..0.1"),
        ("--range lr=5..1", "runs backwards: write lr=1..5"),
        ("--range lr=1..1", "write -p lr=1"),
        ("--range lr=1..4:9", "at most 3"),
        ("--range 1..4", "lr=0.001..0.1"),
        ("--choice kind=a,a", "has a twice"),
        ("--choice kind=a,", "empty value"),
        ("--values batch=1,x", "use --choice batch=1,x"),
        ("--range lr=1..2 --choice lr=a,b --objective loss", "lr is given twice"),
        ("--range lr=1..2 -p files=a,b --objective loss", "--choice files=a,b"),
        ("--strategy magic", "random"),
        ("--objective loss", "Say what is varied: --range"),
        ("--range lr=1..2", "--objective val_loss"),
        ("--range lr=1..2 --objective loss", "--trials is needed, or an --goal, unless the strategy is GRID"),
        ("--range lr=0.5..2 --objective loss --strategy grid", "A step (--range NAME=LOW..HIGH:STEP) is needed"),
        ("--range lr=1..2 --objective loss --trials 0", "--trials"),
        ("--range lr=1..2 --objective loss --minimize --maximize", "not allowed with"),
        ("--choice k=a,b --objective loss --trials 2 --strategy cma-es", "--strategy CMA_ES needs"),
    ],
)
def test_mistake_names_the_option_and_the_way_out(shell: InteractiveShell, options: str, sentence: str) -> None:
    assert sentence in " ".join(run(shell, f"tune -e tunes {options}", "print('loss=1')").text.split())


def test_nothing_to_tune_says_what_to_do(shell: InteractiveShell) -> None:
    assert "Put code below %%easymaker tune" in run(shell, "tune --range lr=1..2 --objective loss").text


def test_help_comes_from_the_resource_definition(shell: InteractiveShell) -> None:
    text = " ".join(run(shell, "tune --help").text.split())
    assert "How many trials run at once; instances are shared out evenly among them." in text
    assert "{random,grid,tpe,gp,cma-es,qmc}" in text


def test_commands_options_choices_and_names_complete(shell: InteractiveShell, done: dict[str, Any]) -> None:
    assert "tune" in completions("%%easymaker tu")
    assert completions("%easymaker tuning tr") == ["trials"]
    assert "--strategy" in completions("%%easymaker tune --st")
    assert completions("%%easymaker tune --strategy t") == ["tpe"]
    assert "tuned" in completions("%easymaker tuning show tu")
    assert "tuned" in completions("%easymaker model create m --tuning tu")


def test_provided_algorithm_is_tuned_with_its_target_held_fixed(
    shell: InteractiveShell, backend: RunningBackend
) -> None:
    directory = backend.data_dir / "nas/local/tuned-table"
    directory.mkdir(parents=True)
    rows = "\n".join(f"{number % 7},{number % 5},{'low' if number % 7 < 4 else 'high'}" for number in range(100))
    (directory / "train.csv").write_text(f"a,b,y\n{rows}\n")
    run(
        shell,
        "tune --algorithm Tabular -e tunes --name tabular -d train=nas://local:/tuned-table -p target=y"
        " --range max_depth=1..2 --objective eval_accuracy --maximize --strategy grid --into tabular",
    )
    tuning = shell.user_ns["tabular"]
    assert (tuning["hyperparameterTuningStatusCode"], tuning["successfulTrialCount"]) == ("COMPLETE", 2), tuning
    assert tuning["optimalTrial"]["objectiveValue"] > 0.9
