"""PyTorch's own idea of a cluster, formed from what the runner sets."""

from __future__ import annotations

import os
import signal

import pytest

from .playing_engine import Site, wait_for_log

pytestmark = pytest.mark.torch

ALL_REDUCE = """
import os
import torch
import torch.distributed as dist
dist.init_process_group("gloo")
value = torch.tensor([float(dist.get_rank() + 1)])
dist.all_reduce(value)
print("rank", dist.get_rank(), "of", dist.get_world_size(), "sum", int(value.item()), flush=True)
dist.destroy_process_group()
"""


def test_two_nodes_reduce_without_torchrun(site: Site) -> None:
    runs = site.run_runner(site.plan(ALL_REDUCE), nodes=2)
    assert [run.exit_code for run in runs] == [0, 0], [run.log for run in runs]
    assert [f"rank {rank} of 2 sum 3" in run.log for rank, run in enumerate(runs)] == [True, True]


def test_two_nodes_with_two_processes_each_reduce_with_torchrun(site: Site) -> None:
    plan = site.plan(ALL_REDUCE, torchrun=True, nproc_per_node=2, hyperparameters={"lr": "1"})
    runs = site.run_runner(plan, nodes=2)
    assert [run.exit_code for run in runs] == [0, 0], [run.log for run in runs]
    together = "".join(run.log for run in runs)
    assert [f"rank {rank} of 4 sum 10" in together for rank in range(4)] == [True] * 4


def test_the_worker_s_exception_is_the_reason(site: Site) -> None:
    run = site.run(site.plan("raise ValueError('bad batch')", torchrun=True))
    assert run.exit_code == 1
    assert run.report["reason"] == "train.py ended with exit code 1: ValueError: bad batch"


def test_a_killed_worker_is_named_as_killed(site: Site) -> None:
    code = "import os, signal; print('worker pid', os.getpid(), flush=True); signal.pause()"
    (run,) = site.start(site.plan(code, torchrun=True))
    wait_for_log(run, "worker pid ")
    pid = int(run.log.partition("worker pid ")[2].split()[0])
    os.kill(pid, signal.SIGKILL)
    assert run.exit_code != 0
    assert f"exit code : -9 (pid: {pid})" in run.report["reason"]


def test_torchrun_starts_a_module_too(site: Site) -> None:
    run = site.run(site.plan(module="calendar", torchrun=True, hyperparameters={"type": "html"}))
    assert run.exit_code == 0, run.log
    assert "</html>" in run.log
