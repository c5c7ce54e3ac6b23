"""The magics in a real IPython, against a real backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_easymaker.magics.completion import completions
from tests.conftest import RunningBackend


@pytest.fixture
def shell(backend: RunningBackend, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("EM_API_URL", backend.url)
    monkeypatch.setenv("EM_TOKEN", backend.token)
    monkeypatch.setenv("EM_APPKEY", backend.appkey)
    made = InteractiveShell.instance()
    made.run_line_magic("reload_ext", "jupyter_easymaker")
    yield made
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, line: str, cell: str | None = None) -> Any:
    """Run the magic; return what was captured."""
    with capture_output() as captured:
        if cell is None:
            shell.run_line_magic("easymaker", line)
        else:
            shell.run_cell_magic("easymaker", line, cell)
    captured.text = captured.stdout + captured.stderr + "".join(repr(o.data) for o in captured.outputs)
    return captured


def test_magic_alone_shows_what_there_is(shell: InteractiveShell) -> None:
    text = run(shell, "").text
    for command in ("status", "train", "experiment", "training", "model"):
        assert command in text


def test_option_help_comes_from_the_resource_definition(shell: InteractiveShell) -> None:
    assert "Passed as --key value and as EM_HP_{KEY}." in " ".join(run(shell, "train --help").text.split())


def test_cell_is_trained_to_completion_with_its_log_and_result(
    shell: InteractiveShell, backend: RunningBackend
) -> None:
    cell = (
        "import os\nprint('epochs', os.environ['EM_HP_EPOCHS'])\n"
        "open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('1')"
    )
    captured = run(shell, "train --experiment magics --name cell-one -p epochs=10 --into result", cell)
    result = shell.user_ns["result"]
    assert result["trainingStatusCode"] == "COMPLETE", captured.text
    assert backend.log(result["trainingId"]) == "epochs 10\n"
    assert "cell-one" in captured.text


def test_failing_cell_says_why_and_raises_only_when_asked(shell: InteractiveShell) -> None:
    run(shell, "train --experiment magics --name bad --into result", "raise ValueError('nothing to learn')")
    assert shell.user_ns["result"]["trainingStatusCode"] == "FAIL_TRAIN"
    assert "ValueError: nothing to learn" in shell.user_ns["result"]["trainingStatusReason"]
    with pytest.raises(Exception, match="nothing to learn"):
        run(shell, "train --experiment magics --raise", "raise ValueError('nothing to learn')")


def test_training_is_found_by_name_copied_stopped_and_deleted(shell: InteractiveShell, backend: RunningBackend) -> None:
    run(shell, "train --experiment magics --name sleeper --no-wait --into first", "import time; time.sleep(600)")
    first = shell.user_ns["first"]["trainingId"]
    backend.wait_for_status(first, "RUNNING")
    assert "sleeper" in run(shell, "training list --status running").text
    run(shell, "training copy sleeper --name sleeper-two -p x=1 --no-wait")
    copied = backend.get("trainings", params={"trainingNameList": "sleeper-two"})["trainingList"][0]
    assert copied["hyperparameterList"] == [{"parameterName": "x", "parameterValue": "1"}]
    for name, training_id in (("sleeper", first), ("sleeper-two", copied["trainingId"])):
        run(shell, f"training stop {name}")
        backend.wait_for_status(training_id, "STOPPED")
    assert "deleted" in run(shell, "training delete -y sleeper").text
    assert "Did you mean sleeper-two" in run(shell, "training show sleeper").text


def test_script_beside_its_requirements_is_run(
    shell: InteractiveShell, backend: RunningBackend, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text("print('from a file')")
    run(shell, f"run {tmp_path / 'mine.py'} --experiment magics --into result")
    assert backend.log(shell.user_ns["result"]["trainingId"]) == "from a file\n"
    assert "from a file" in run(shell, f"training logs -f {shell.user_ns['result']['trainingId']}").stdout


def test_model_is_made_from_a_training(shell: InteractiveShell) -> None:
    cell = "import os; open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('1')"
    run(shell, "train --experiment magics --name for-model", cell)
    assert "registered" in run(shell, "model create magic-model --training for-model --framework sklearn").text
    assert "magic-model" in run(shell, "model list").text
    assert "magic-model" in run(shell, "training delete -y for-model").text  # refused, naming what is in the way


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("training show nothing-like-it", "There is no training 'nothing-like-it'"),
        ("train --image none", "Put code below"),
        ("train -p novalue", "key=value"),
        ("fly", "invalid choice"),
        ('training list "', "cannot be read"),
    ],
)
def test_mistake_is_answered_with_a_sentence(shell: InteractiveShell, line: str, sentence: str) -> None:
    assert sentence in run(shell, line).text


def test_unreachable_backend_says_what_to_start(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EM_API_URL", "http://127.0.0.1:9")
    assert "jupyter easymaker serve" in run(shell, "status").text


def test_completion_offers_commands_options_and_names(shell: InteractiveShell, backend: RunningBackend) -> None:
    backend.experiment("completed-by-tab")
    assert "train" in completions("%easymaker tr")
    assert "--experiment" in completions("%%easymaker train --ex")
    assert "completed-by-tab" in completions("%easymaker training list --experiment comp")
    assert completions("%easymaker training sho") == ["show"]
    _, offered = shell.complete("tr", "%easymaker tr", 13)
    assert "train" in offered


def test_template_made_from_a_training_fills_the_next_one(shell: InteractiveShell, backend: RunningBackend) -> None:
    run(shell, "train --experiment templates --name first -p epochs=3 -p rate=0.1 --description d", "print('one')")
    assert "train --template base" in run(shell, "template create base --training first").text
    assert "epochs" in run(shell, "template show base").text
    run(shell, "train --template base --experiment templates --name second -p epochs=5 --into second", "print('two')")
    second = shell.user_ns["second"]
    values = {each["parameterName"]: each["parameterValue"] for each in second["hyperparameterList"]}
    assert values == {"epochs": "5", "rate": "0.1"}
    assert second["description"] == "d"
    assert backend.log(second["trainingId"]) == "two\n"
    run(shell, "train --template base --experiment templates --name third --into third")
    assert backend.log(shell.user_ns["third"]["trainingId"]) == "one\n"
    assert "base" in completions("%easymaker train --template ")
    run(shell, "template copy base --name other")
    assert "other" in run(shell, "template list").text
    run(shell, "template delete other -y")
    assert "other" not in run(shell, "template list").text


def test_search_shows_every_kind(shell: InteractiveShell) -> None:
    run(shell, "experiment create narwhals")
    text = run(shell, "search narwhal").text
    assert "narwhals" in text
    assert "Experiment" in text
    assert "Nothing here has" in run(shell, "search no such thing").text


def test_logs_of_trainings_are_searched(shell: InteractiveShell) -> None:
    run(shell, "train --experiment logs --name searched --log", "print('a walrus'); print('a seal')")
    text = run(shell, "logs walrus").text
    assert "a walrus" in text
    assert "a seal" not in text
    assert "cannot be read" in run(shell, "logs 'body:('").text
