"""What a run read and made, as its report tells."""

from __future__ import annotations

import hashlib
import subprocess

from .playing_engine import Site

CODE = "import os; open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('12345')"


def test_source_inputs_and_outputs_are_recorded(site: Site) -> None:
    (site.nas / "data").mkdir(parents=True)
    (site.nas / "data/a.csv").write_text("1,2\n")
    run = site.run(
        site.plan(CODE, datasets={"train": "nas://local:/data"}, checkpoint_input_uri="nas://local:/data/a.csv")
    )
    assert run.exit_code == 0, run.log
    lineage = run.report["lineage"]
    listed = f"train.py\0{len(CODE)}\0{hashlib.sha256(CODE.encode()).hexdigest()}\n"
    assert lineage["source"]["contentHash"] == f"sha256:{hashlib.sha256(listed.encode()).hexdigest()}"
    assert (lineage["source"]["fileCount"], lineage["source"]["bytes"], lineage["source"]["git"]) == (
        1,
        len(CODE),
        None,
    )
    (dataset,) = lineage["datasets"]
    assert dataset["contentHash"].startswith("listing:")
    assert (dataset["datasetName"], dataset["fileCount"], dataset["bytes"]) == ("train", 1, 4)
    assert lineage["checkPointInput"]["dataUri"] == "nas://local:/data/a.csv"
    assert run.report["lineageOutputs"] == [
        {"kind": "model", "uri": "nas://local:/out/model", "fileCount": 1, "bytes": 5}
    ]


def test_hash_is_the_same_for_the_same_files_elsewhere_and_another_for_others(site: Site) -> None:
    def hash_of(**files: str) -> str:
        run = site.run(site.plan(source_uri=site.source("1", **files), entry_point="train.py", model_uri=None))
        return str(run.report["lineage"]["source"]["contentHash"])

    first = hash_of(**{"a.py": "x", "b/c.py": "y"})
    assert hash_of(**{"b/c.py": "y", "a.py": "x"}) == first
    assert hash_of(**{"a.py": "y", "b/c.py": "x"}) != first


def test_commit_of_a_source_in_a_repository_is_recorded(site: Site) -> None:
    uri = site.source("1")
    directory = site.nas / "code/0"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=directory, check=True)
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=directory, text=True).strip()
    run = site.run(site.plan(source_uri=uri, entry_point="train.py"))
    assert run.report["lineage"]["source"]["git"] == {
        "commit": commit,
        "branch": "main",
        "dirty": False,
        "remote": None,
    }


def test_what_was_read_is_told_also_when_the_code_cannot_be_started(site: Site) -> None:
    uri = site.source("1", **{"requirements.txt": "no-such-package-anywhere-0\n"})
    run = site.run(site.plan(source_uri=uri, entry_point="train.py"))
    assert run.exit_code == 1
    assert run.report["lineage"]["source"]["fileCount"] == 2
