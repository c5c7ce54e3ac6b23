"""TensorBoard's event files among the outputs: shown while they grow, kept when the node is cleared, nothing else."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from jupyter_easymaker.runner.event_files import keep_event_files

from .playing_engine import Site

EVENTS = "events.out.tfevents.1"


@pytest.fixture
def node(tmp_path: Path) -> Path:
    made = tmp_path / "node"
    for name in ("model", "checkpoint/logs/train"):
        (made / name).mkdir(parents=True)
    return made


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    made = tmp_path / "tensorboard"
    made.mkdir()
    return made


def keep(node: Path, shown: Path, at_most: int | None = None) -> int:
    return keep_event_files(str(node), str(shown), at_most)


def below(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_event_files_grow_with_those_of_the_code_and_stay_when_these_go(node: Path, shown: Path) -> None:
    (node / "checkpoint/logs/train" / EVENTS).write_bytes(b"one")
    (node / "checkpoint/weights.bin").write_bytes(b"large")
    (node / "model" / EVENTS).write_bytes(b"of the model")
    assert keep(node, shown) == keep(node, shown) == 2
    with (node / "checkpoint/logs/train" / EVENTS).open("ab") as file:
        file.write(b" two")
    shutil.rmtree(node)
    assert below(shown) == {f"checkpoint/logs/train/{EVENTS}": b"one two", f"model/{EVENTS}": b"of the model"}
    assert keep(node, shown) == 0
    assert len(below(shown)) == 2


def test_nothing_is_made_where_there_is_none(node: Path, shown: Path) -> None:
    (node / "model/weights").write_bytes(b"large")
    assert keep(node, shown) == 0
    assert not list(shown.iterdir())


def test_file_that_was_written_anew_takes_the_place_of_the_old_one(node: Path, shown: Path) -> None:
    for content in (b"old", b"new"):
        (node / "model" / EVENTS).unlink(missing_ok=True)
        (node / "model" / EVENTS).write_bytes(content)
        keep(node, shown)
    assert below(shown) == {f"model/{EVENTS}": b"new"}


def test_links_and_pipes_of_the_code_lead_nowhere(node: Path, shown: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / EVENTS).write_bytes(b"of another project")
    (node / "model/logs").symlink_to(outside)
    (node / "model" / EVENTS).symlink_to(outside / EVENTS)
    os.mkfifo(node / "model/tfevents.pipe")
    assert keep(node, shown) == 0
    assert below(shown) == {}
    # Nor is anything written through a link the code has put where they are shown.
    (node / "checkpoint" / EVENTS).write_bytes(b"its own")
    (shown / "checkpoint").symlink_to(outside)
    assert keep(node, shown) == 0
    assert below(outside) == {EVENTS: b"of another project"}


def test_what_a_crash_left_behind_is_no_event_file_and_goes(node: Path, shown: Path) -> None:
    (node / "model" / EVENTS).write_bytes(b"whole")
    (shown / "model").mkdir()
    left = shown / "model" / f".easymaker-{os.getpid()}-{threading.get_ident()}"
    left.write_bytes(b"half")
    keep(node, shown)
    assert below(shown) == {f"model/{EVENTS}": b"whole"}


def test_deleted_training_is_not_made_again(node: Path, tmp_path: Path) -> None:
    (node / "model" / EVENTS).write_bytes(b"whole")
    assert keep(node, tmp_path / "deleted") == 0
    assert not (tmp_path / "deleted").exists()


def test_look_goes_through_so_much_and_no_more(node: Path, shown: Path) -> None:
    for index in range(30):
        (node / "model" / f"tfevents.{index}").touch()
    assert keep(node, shown, 20) == 0
    assert keep(node, shown, 40) == 30


def test_file_systems_that_cannot_link_have_copies(node: Path, shown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refused)
    (node / "model" / EVENTS).write_bytes(b"one")
    keep(node, shown)
    first = (shown / "model" / EVENTS).stat().st_ino
    keep(node, shown)
    assert (shown / "model" / EVENTS).stat().st_ino == first
    with (node / "model" / EVENTS).open("ab") as file:
        file.write(b" two")
    keep(node, shown)
    shutil.rmtree(node)
    assert below(shown) == {f"model/{EVENTS}": b"one two"}


def test_run_leaves_them_in_the_tensorboard_directory_whatever_becomes_of_it(site: Site) -> None:
    code = (
        "import os, pathlib\n"
        "logs = pathlib.Path(os.environ['EM_CHECKPOINT_DIR'], 'logs')\nlogs.mkdir()\n"
        f"(logs / {EVENTS!r}).write_bytes(b'curve')\n"
    )
    for ending in ("", "raise ValueError('too bad')"):
        plan = site.plan(code + ending)
        run = site.run(plan)
        assert run.exit_code == (1 if ending else 0), run.log
        assert (Path(plan.tensorboard_dir) / "checkpoint/logs" / EVENTS).read_bytes() == b"curve"
        shutil.rmtree(plan.tensorboard_dir)
        shutil.rmtree(site.nas / "out")


def test_run_ends_well_whatever_the_code_has_put_in_their_way(site: Site) -> None:
    code = (
        "import os, pathlib\n"
        "pathlib.Path(os.environ['EM_MODEL_DIR'], 'tfevents.1').touch()\n"
        "pathlib.Path(os.environ['EM_TENSORBOARD_LOG_DIR'], 'model').mkdir()\n"
        "os.symlink('loop', pathlib.Path(os.environ['EM_TENSORBOARD_LOG_DIR'], 'loop'))\n"
        "os.rename(pathlib.Path(os.environ['EM_TENSORBOARD_LOG_DIR'], 'loop'), "
        "pathlib.Path(os.environ['EM_TENSORBOARD_LOG_DIR'], 'model', 'tfevents.1'))\n"
    )
    run = site.run(site.plan(code))
    assert run.exit_code == 0, run.log
    assert (site.nas / "out/model/tfevents.1").exists()
