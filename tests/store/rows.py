"""Resources for the store's tests, as the API would add them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from jupyter_easymaker.resources.experiment import ExperimentCreate
from jupyter_easymaker.resources.flavor import Flavor
from jupyter_easymaker.resources.image import Image
from jupyter_easymaker.resources.training import TrainingCreate
from jupyter_easymaker.store import experiments, trainings
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import ExperimentRow, TrainingRow


def add_experiment(database: Database, name: str = "e", appkey: str = "p") -> ExperimentRow:
    with database.session() as session:
        spec = ExperimentCreate(experiment_name=name)
        return experiments.insert(session, appkey=appkey, spec=spec, created_by="me")


def add_training(database: Database, experiment: ExperimentRow, name: str = "t", **settings: Any) -> TrainingRow:
    with database.session() as session:
        return insert_training(session, experiment, name, **settings)


def insert_training(session: Session, experiment: ExperimentRow, name: str = "t", **settings: Any) -> TrainingRow:
    spec = TrainingCreate(
        training_name=name,
        experiment_id=experiment.id,
        image_id="i",
        flavor_id="f",
        source_dir_uri="nas://local:/s",
        entry_point="train.py",
        model_upload_uri="nas://local:/o",
        **settings,
    )
    return trainings.insert(
        session,
        appkey=experiment.appkey,
        spec=spec,
        experiment_id=experiment.id,
        created_by="me",
        flavor=Flavor(id="f", name="f", vcpus=1, ram=1024),
        image=Image(image_id="i", image_name="i"),
        algorithm=None,
    )
