"""What the user's code finds in its environment and on its command line."""

from __future__ import annotations

import json
import sys
from typing import Any

from jupyter_easymaker.runner.plan import Plan

from .playing_engine import NodeRun, Site

DUMP = "import json, os, sys; print(json.dumps([dict(os.environ), sys.argv[1:], os.getcwd(), sys.path]))"


def seen(run: NodeRun) -> tuple[dict[str, str], list[str], str, list[str]]:
    assert run.exit_code == 0, run.log
    environment, arguments, directory, path = json.loads(run.log.splitlines()[-1])
    return environment, arguments, directory, path


def dump(site: Site, **settings: Any) -> tuple[dict[str, str], list[str], str, list[str]]:
    return seen(site.run(site.plan(DUMP, **settings)))


def test_hyperparameters_are_arguments_and_variables(site: Site) -> None:
    environment, arguments, _, _ = dump(site, hyperparameters={"learning-rate": "0.1", "note": "two words; $HOME"})
    assert arguments == ["--learning-rate", "0.1", "--note", "two words; $HOME"]
    assert environment["EM_HP_LEARNING_RATE"] == "0.1"
    assert environment["EM_HP_NOTE"] == "two words; $HOME"
    assert json.loads(environment["EM_HPS"]) == {"learning-rate": "0.1", "note": "two words; $HOME"}


def test_every_variable_of_the_contract_is_there(site: Site) -> None:
    for name in ("train", "old"):
        (site.nas / name).mkdir()
        (site.nas / name / "file").write_text(name)
    environment, _, directory, path = dump(
        site, datasets={"my-train": "nas://local:/train"}, checkpoint_input_uri="nas://local:/old"
    )
    assert environment["EM_SOURCE_DIR"] == directory
    assert path[0] == directory
    assert directory in environment["PYTHONPATH"].split(":")
    assert environment["EM_ENTRY_POINT"] == "train.py"
    assert json.loads(environment["EM_DATASETS"]) == {"my-train": environment["EM_DATASET_MY_TRAIN"]}
    assert environment["EM_CHECKPOINT_INPUT_DIR"].startswith(str(site.cache))
    assert environment["EM_TENSORBOARD_LOG_DIR"] == str(site.root / "tensorboard/1")
    assert (site.root / "tensorboard/1").is_dir()
    assert (environment["EM_REGION"], environment["EM_APPKEY"]) == ("kr1", "default")
    assert environment["EM_MODEL_DIR"] != environment["EM_CHECKPOINT_DIR"]
    assert environment["PYTHONUNBUFFERED"] == "1"


def test_without_an_input_checkpoint_there_is_no_variable_for_it(site: Site) -> None:
    assert "EM_CHECKPOINT_INPUT_DIR" not in dump(site)[0]


def test_credentials_of_the_backend_do_not_reach_the_code(site: Site) -> None:
    secrets = ("EM_TOKEN", "EASYMAKER_TOKEN", "EM_API_URL", "JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "EM_REPORT_FILE")
    site.environment = dict.fromkeys(secrets[:-1], "secret") | {"HARMLESS": "1"}
    environment = dump(site)[0]
    assert environment["HARMLESS"] == "1"
    assert not environment.keys() & set(secrets)


def test_every_node_knows_the_cluster(site: Site) -> None:
    environments = [seen(run)[0] for run in site.run_runner(site.plan(DUMP), nodes=2)]
    clusters = [json.loads(environment["TF_CONFIG"]) for environment in environments]
    assert clusters[0]["cluster"] == clusters[1]["cluster"]
    assert len(set(clusters[0]["cluster"]["worker"])) == 2
    assert [cluster["task"] for cluster in clusters] == [{"type": "worker", "index": index} for index in (0, 1)]
    assert [environment["RANK"] for environment in environments] == ["0", "1"]
    assert {environment["WORLD_SIZE"] for environment in environments} == {"2"}
    assert {environment["LOCAL_RANK"] for environment in environments} == {"0"}
    master = f"{environments[1]['MASTER_ADDR']}:{environments[1]['MASTER_PORT']}"
    assert master == clusters[0]["cluster"]["worker"][0]


def test_code_runs_in_the_image_s_interpreter(site: Site) -> None:
    base = f"{sys.base_prefix}/bin/python3"
    plan: Plan = site.plan("import sys; print(sys.prefix == sys.base_prefix)", python=base)
    assert site.run(plan).log.splitlines()[-1] == "True"
