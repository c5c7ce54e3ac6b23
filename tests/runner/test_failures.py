"""What people read when a run cannot start or fails."""

from __future__ import annotations

import sys

import pytest

from jupyter_easymaker.runner import log

from .playing_engine import Site


def test_missing_entry_point_is_named_with_what_is_there(site: Site) -> None:
    run = site.run(site.plan(source_uri=site.source("pass", "main.py"), entry_point="train.py"))
    assert run.exit_code == 1
    assert run.report["reason"] == "The entry point train.py does not exist in nas://local:/code/0; it has main.py."
    assert "startedAt" not in run.report


@pytest.mark.parametrize("entry_point", ["../secret.py", "/etc/passwd", "sub"])
def test_an_entry_point_outside_of_the_source_is_no_entry_point(site: Site, entry_point: str) -> None:
    uri = site.source("pass", "sub/x.py")
    (site.nas / "code/secret.py").write_text("print('secret')")
    run = site.run(site.plan(source_uri=uri, entry_point=entry_point))
    assert run.exit_code == 1
    assert "does not exist" in run.report["reason"]


def test_missing_data_set_is_named(site: Site) -> None:
    run = site.run(site.plan("pass", datasets={"train": "nas://local:/data/iris"}))
    assert run.exit_code == 1
    assert run.report["reason"].startswith("The data set train: nas://local:/data/iris does not exist")


def test_inputs_larger_than_the_data_storage_are_refused(site: Site) -> None:
    (site.nas / "data").mkdir()
    (site.nas / "data/a").write_bytes(b"x" * 2000)
    plan = site.plan("pass", datasets={"train": "nas://local:/data"}, max_input_bytes=1000)
    run = site.run(plan)
    assert run.exit_code == 1
    assert run.report["reason"].startswith("The data set train: nas://local:/data has 2.0 KB, more than the")


def test_torchrun_without_torch_is_refused_before_the_start(site: Site) -> None:
    plan = site.plan("pass", torchrun=True, python=f"{sys.base_prefix}/bin/python3")
    run = site.run(plan)
    assert run.exit_code == 1
    assert run.report["reason"].startswith("torchrun needs PyTorch, which this image does not have")
    assert "startedAt" not in run.report


def test_torchrun_and_a_notebook_do_not_go_together(site: Site) -> None:
    run = site.run(site.plan(source_uri=site.source("{}", "a.ipynb"), entry_point="a.ipynb", torchrun=True))
    assert run.exit_code == 1
    assert run.report["reason"].startswith("torchrun cannot run a notebook")


def test_an_interpreter_that_is_not_there_is_named(site: Site) -> None:
    run = site.run(site.plan("pass", python="/nowhere/python"))
    assert run.exit_code == 1
    assert "/nowhere/python" in run.report["reason"]


def test_syntax_errors_are_told(site: Site) -> None:
    run = site.run(site.plan("def broken(:\n"))
    assert run.report["reason"] == "train.py ended with exit code 1: SyntaxError: invalid syntax"


def test_the_cause_is_the_last_exception_and_not_what_is_printed_after_it() -> None:
    text = """epoch 1
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    x = data["a"]
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "train.py", line 5, in <module>
    raise RuntimeError("no column a")
RuntimeError: no column a
Exception ignored in atexit callback
cleaning up"""
    assert log.cause(text.splitlines()) == "RuntimeError: no column a"


def test_the_cause_is_the_worker_s_exception_and_not_torchrun_s() -> None:
    text = """[rank0]: Traceback (most recent call last):
[rank0]:   File "train.py", line 3, in <module>
[rank0]: ValueError: bad batch
E1123 torch/distributed/elastic/multiprocessing/api.py:874] failed (exitcode: 1) local_rank: 0 (pid: 77)
Traceback (most recent call last):
  File "run.py", line 10, in main
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================"""
    lines = [log._RANK.sub("", line) for line in text.splitlines()]
    assert log.cause(lines) == "ValueError: bad batch"
    assert log.killed_worker(["  exitcode   : -9 (pid: 4242)"]) == (-9, 4242)


def test_without_an_exception_the_last_line_is_the_cause() -> None:
    assert log.cause(["usage: train.py [-h]", "train.py: error: unrecognized arguments: --x"]).startswith(
        "train.py: error"
    )
    assert log.cause([]) == ""
