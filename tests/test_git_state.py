"""Which commit code comes from, read from real repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jupyter_easymaker.git_state import git_state

AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


def git(directory: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *AUTHOR, *arguments], cwd=directory, text=True).strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    made = tmp_path / "repository"
    made.mkdir()
    git(made, "init", "-q", "-b", "feature/one")
    (made / "code").mkdir()
    (made / "code/train.py").write_text("1")
    git(made, "add", ".")
    git(made, "commit", "-q", "-m", "first")
    git(made, "remote", "add", "origin", "https://me:secret@example.com/team/repository.git?token=secret")
    return made


def test_commit_branch_and_remote_without_its_credentials(repository: Path) -> None:
    assert git_state(str(repository / "code")) == {
        "commit": git(repository, "rev-parse", "HEAD"),
        "branch": "feature/one",
        "dirty": False,
        "remote": "https://example.com/team/repository.git",
    }


def test_packed_detached_and_worktree_are_read_as_well(repository: Path, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "pack-refs", "--all")
    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    git(repository, "pack-refs", "--all")
    git(repository, "checkout", "-q", "--detach")
    for directory, branch in ((repository, None), (tmp_path / "tree", "other")):
        found = git_state(str(directory))
        assert found is not None
        assert (found["commit"], found["branch"]) == (commit, branch)


@pytest.mark.parametrize("name", ["train.py", "new.py"])
def test_what_differs_counts_only_where_it_matters(repository: Path, name: str) -> None:
    (repository / "code" / name).write_text("2")
    assert git_state(str(repository / "code"))["dirty"] is True  # type: ignore[index]
    assert git_state(str(repository / "code"), paths=["other.py"])["dirty"] is False  # type: ignore[index]


def test_nothing_of_the_repository_is_run(repository: Path, tmp_path: Path) -> None:
    hook = repository / ".git/hooks/fsmonitor"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hook))
    (repository / "code/train.py").write_text("2")
    assert git_state(str(repository))["dirty"] is True  # type: ignore[index]
    assert not (tmp_path / "ran").exists()


def test_git_itself_may_be_absent(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    monkeypatch.setenv("PATH", "/nowhere")
    assert git_state(str(repository)) == {
        "commit": commit,
        "branch": "feature/one",
        "dirty": None,
        "remote": "https://example.com/team/repository.git",
    }


def test_nothing_above_the_root_and_nothing_outside_of_it_is_read(repository: Path, tmp_path: Path) -> None:
    assert git_state(str(repository / "code"), root=str(repository / "code")) is None
    assert git_state(str(repository / "code"), root=str(tmp_path)) is not None
    sly = tmp_path / "sly"
    sly.mkdir()
    (sly / ".git").write_text(f"gitdir: {repository}/.git")
    assert git_state(str(sly), root=str(sly)) is None
    (sly / ".git").unlink()
    (sly / ".git").symlink_to(repository / ".git")
    assert git_state(str(sly), root=str(sly)) is None


@pytest.mark.parametrize(
    "head", ["", "ref: refs/../../secret", "ref: refs/heads/none", "no commit", "ref: /etc/passwd"]
)
def test_what_is_no_repository_is_none(tmp_path: Path, head: str) -> None:
    assert git_state(str(tmp_path), root=str(tmp_path)) is None
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text(head)
    assert git_state(str(tmp_path), root=str(tmp_path)) is None
