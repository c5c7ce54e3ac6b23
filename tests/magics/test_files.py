"""``%easymaker files`` and the client's methods behind it, through a real backend."""

from __future__ import annotations

from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

from tests.conftest import RunningBackend
from tests.magics.test_tracking import run, shell

__all__ = ["shell"]


def test_directories_go_up_are_listed_and_come_down(
    shell: InteractiveShell, backend: RunningBackend, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    (made / "deep").mkdir(parents=True)
    (made / "deep/한글 b.txt").write_text("b")
    (made / "a.bin").write_bytes(bytes(range(256)) * 10_000)
    assert "2 files in nas://local:/files-magic" in run(shell, f"files put {made} nas://local:/files-magic")
    shown = run(shell, "files list nas://local:/files-magic")
    assert shown.index("deep/") < shown.index("a.bin")
    assert "2.6 MB" in shown
    assert "nas://local:/" in run(shell, "files list")
    down = tmp_path / "down"
    assert "2 files" in run(shell, f"files get nas://local:/files-magic {down}")
    assert (down / "deep/한글 b.txt").read_text() == "b"
    assert (down / "a.bin").read_bytes() == (made / "a.bin").read_bytes()
    assert not list(down.rglob("*partial"))
    run(shell, f"files get nas://local:/files-magic/a.bin {tmp_path / 'one'}")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["a.bin"]


def test_nothing_is_overwritten_and_what_is_missing_is_named(shell: InteractiveShell, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    run(shell, f"files put {tmp_path / 'a'} nas://local:/files-kept")
    (tmp_path / "a").write_text("2")
    assert "exists already with other content" in run(shell, f"files put {tmp_path / 'a'} nas://local:/files-kept")
    assert "exists already" in run(shell, f"files get nas://local:/files-kept {tmp_path}")
    assert (tmp_path / "a").read_text() == "2"
    assert "does not exist" in run(shell, "files get nas://local:/files-nowhere")
    assert "cannot be read" in run(shell, f"files put {tmp_path / 'nothing'} nas://local:/files-kept")
