"""The search on both stores: tags are kept as JSON, which they read differently."""

from __future__ import annotations

from jupyter_easymaker.resources.experiment import ExperimentCreate
from jupyter_easymaker.resources.training_template import TrainingTemplateCreate
from jupyter_easymaker.store import experiments, training_templates
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.search import search


def names(database: Database, text: str, appkey: str = "p") -> list[str]:
    with database.reading() as session:
        return [found.name for found in search(session, appkey, text, 10)]


def test_names_descriptions_ids_and_tags_are_searched_in_one_project(database: Database) -> None:
    tags = [{"tagKey": "팀", "tagValue": 'Vision "A"'}, {"tagKey": "bare"}]
    with database.session() as session:
        made = [
            experiments.insert(session, appkey=appkey, spec=ExperimentCreate(**spec), created_by="me")
            for appkey, spec in (
                ("p", {"experimentName": "tagged", "tagList": tags}),
                ("p", {"experimentName": "described", "description": "100% of_it"}),
                ("q", {"experimentName": "tagged elsewhere", "tagList": tags}),
            )
        ]
        spec = TrainingTemplateCreate(trainingTemplateName="template", content={}, tagList=tags[1:])
        training_templates.insert(session, appkey="p", spec=spec, created_by="me")
    assert names(database, "팀=vision") == names(database, 'vision "a"') == ["tagged"]
    assert set(names(database, "BARE")) == {"tagged", "template"}
    assert names(database, "100%") == names(database, "of_it") == ["described"]
    assert names(database, "100_") == names(database, "tagValue") == []
    assert names(database, made[0].id[:20]) == ["tagged"]
    assert names(database, "tagged", "q") == ["tagged elsewhere"]


def test_copies_take_the_next_free_name(database: Database) -> None:
    with database.session() as session:
        spec = TrainingTemplateCreate(trainingTemplateName="t", content={"instanceCount": 2})
        row = training_templates.insert(session, appkey="p", spec=spec, created_by="me")
        copies = [
            training_templates.copy(session, row, name=None, description=None, created_by="you") for _ in range(3)
        ]
    assert [copy.name for copy in copies] == ["t-copy", "t-copy-2", "t-copy-3"]
    assert [copy.content for copy in copies] == [{"instanceCount": 2}] * 3
