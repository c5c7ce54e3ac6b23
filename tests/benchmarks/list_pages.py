"""The first page of a list with 1,000 experiments and 10,000 trainings, against one with 100 trainings."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert, select

from jupyter_easymaker.resources.base import new_id
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import ExperimentRow, TrainingRow
from tests.benchmarks.measure import Result, interleaved, timed
from tests.conftest import RunningBackend

_TARGET = 2.0
_REPEATS = 20  # requests timed together: one alone is too short to time well


def fill(backend: RunningBackend, experiments: int, trainings: int) -> None:
    """Copy one real training many times, through the store: what is measured is reading."""
    backend.wait_for_status(backend.train("template", "print('ran')"), "COMPLETE")
    database = Database(f"sqlite:///{backend.data_dir}/easymaker.db")
    with database.session() as session:
        template = session.scalars(select(TrainingRow)).one()
        experiment = session.scalars(select(ExperimentRow)).one()
        columns = {column.name for column in TrainingRow.__table__.columns} - {"id", "name", "experiment_id"}
        values = {name: getattr(template, name) for name in columns}
        of_experiment = {column.name: getattr(experiment, column.name) for column in ExperimentRow.__table__.columns}
        ids = [new_id() for _ in range(experiments)]
        session.execute(
            insert(ExperimentRow),
            [{**of_experiment, "id": key, "name": key, "live_name": f"default/{key}"} for key in ids],
        )
        session.execute(
            insert(TrainingRow),
            [
                {**values, "id": new_id(), "name": f"t{number}", "experiment_id": ids[number % len(ids)]}
                for number in range(trainings)
            ],
        )
    database.close()


def run(backend: RunningBackend, work: Path) -> list[Result]:
    many = RunningBackend(work / "many")
    few = RunningBackend(work / "few")
    results = []
    for each in (many, few):
        each.start()
    try:
        fill(many, 1000, 10_000)
        fill(few, 10, 100)
        for what, path, parameters in (
            ("first page of trainings", "trainings", {"page": 1, "limit": 20}),
            ("first page of trainings by name", "trainings", {"page": 1, "limit": 20, "sort": "trainingName"}),
            ("first page of experiments", "experiments", {"page": 1, "limit": 20}),
        ):

            def pages(of: RunningBackend, path: str = path, parameters: dict[str, object] = parameters) -> float:
                return timed(lambda: [of.get(path, params=parameters) for _ in range(_REPEATS)])

            pair = interleaved(lambda pages=pages: pages(many), lambda pages=pages: pages(few))
            detail = f"{1000 * pair.measured / _REPEATS:.1f} ms against {1000 * pair.reference / _REPEATS:.1f} ms, "
            results.append(
                Result(
                    f"{what}: 10,000 against 100",
                    f"{pair.ratio:.2f}x",
                    f"at most {_TARGET}x",
                    pair.ratio <= _TARGET,
                    detail + pair.spread,
                )
            )
    finally:
        many.stop()
        few.stop()
    return results
