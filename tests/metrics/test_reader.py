"""Metrics of a training from all its sources: JSON lines, TensorBoard's files and the log, read on as they grow."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from jupyter_easymaker.metrics.reader import Metric, MetricsReader, Sources


def scalar(tag: str, value: float, step: int) -> Event:
    return Event(wall_time=1.5, step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))


def read(directory: Path, log: bytes = b"", reader: MetricsReader | None = None, **more: Any) -> dict[str, Metric]:
    def read_log(offset: int, limit: int) -> tuple[bytes, int, bool]:
        found = log[offset : offset + limit]
        return found, offset + len(found), True

    found = (reader or MetricsReader()).read("t", Sources(read_log, directory, **more), 100)
    assert found.complete
    return {f"{metric.source}:{metric.name}": metric for metric in found.metrics}


def test_tensorboard_scalars_are_read_while_they_are_written(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path / "train"))
    reader = MetricsReader()
    writer.add_event(scalar("loss", 2.0, 1))
    writer.flush()
    assert read(tmp_path, reader=reader)["tensorboard:train/loss"].points == [(1, 1.5, 2.0)]
    writer.add_event(scalar("loss", 1.0, 2))
    writer.flush()
    found = read(tmp_path, reader=reader)["tensorboard:train/loss"]
    assert (found.points, found.last, found.max, found.count) == ([(1, 1.5, 2.0), (2, 1.5, 1.0)], 1.0, 2.0, 2)
    writer.close()
    assert read(tmp_path, reader=reader)["tensorboard:train/loss"].count == 2


@pytest.mark.parametrize(("kind", "code", "data"), [("f4", 1, "<f"), ("f8", 2, "<d"), ("i8", 9, "<q")])
def test_scalars_that_tensorflow_2_and_keras_write_are_understood(
    tmp_path: Path, kind: str, code: int, data: str
) -> None:
    value = Summary.Value(tag="epoch_loss")
    value.metadata.plugin_data.plugin_name = "scalars"
    value.tensor.dtype = code
    value.tensor.tensor_content = struct.pack(data, 3)
    image = Summary.Value(tag="image", image=Summary.Image(height=1))
    writer = EventFileWriter(str(tmp_path))
    writer.add_event(Event(step=4, summary=Summary(value=[value, image])))
    writer.close()
    assert {name: metric.last for name, metric in read(tmp_path).items()} == {"tensorboard:epoch_loss": 3.0}, kind


def test_half_a_record_waits_and_garbage_is_no_record(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path / "a"))
    writer.add_event(scalar("loss", 2.0, 1))
    writer.close()
    (file,) = (tmp_path / "a").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-3])
    (tmp_path / "events.out.tfevents.1.garbage").write_bytes(os.urandom(5000))
    reader = MetricsReader()
    assert read(tmp_path, reader=reader) == {}
    file.write_bytes(whole)
    assert read(tmp_path, reader=reader)["tensorboard:a/loss"].count == 1


def test_links_and_pipes_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(json.dumps({"values": {"secret": 1}}) + "\n")
    directory = tmp_path / "logs"
    directory.mkdir()
    (directory / "easymaker-metrics-0.jsonl").symlink_to(tmp_path / "secret")
    os.mkfifo(directory / "easymaker-metrics-1.jsonl")
    os.mkfifo(directory / "events.out.tfevents.1.pipe")
    (directory / "up").symlink_to(tmp_path)
    assert read(directory) == {}


def test_recorded_values_keep_step_and_time_and_belong_to_the_first_node(tmp_path: Path) -> None:
    def line(step: int | None, **values: Any) -> str:
        return json.dumps({"time": 10.0, "step": step, "values": values}) + "\n"

    first, second = (tmp_path / f"easymaker-metrics-{node}.jsonl" for node in (0, 1))
    first.write_text(line(5, loss=0.5) + "no json\n[]\n" + line(None, acc=1, name="text") + '{"time": 1, "val')
    second.write_text(line(5, loss=9.0, only_here=1.0))
    reader = MetricsReader()
    found = read(tmp_path, reader=reader)
    assert {name: metric.points for name, metric in found.items()} == {
        "api:loss": [(5, 10.0, 0.5)],
        "api:acc": [(0, 10.0, 1.0)],
        "api:only_here": [(5, 10.0, 1.0)],
    }
    with first.open("a") as file:
        file.write('ues": {"loss": NaN}}\n')
    found = read(tmp_path, reader=reader)
    assert (found["api:loss"].count, found["api:loss"].not_finite) == (2, 1)


def test_sources_are_told_apart_and_a_missing_directory_is_none(tmp_path: Path) -> None:
    assert read(tmp_path / "none", b"loss=1\n")["log:loss"].last == 1.0
    (tmp_path / "easymaker-metrics-0.jsonl").write_text('{"values": {"loss": 2}}\n')
    found = read(tmp_path, b"loss=1\nacc=3\n", names=frozenset({"loss"}))
    assert {name: metric.last for name, metric in found.items()} == {"api:loss": 2.0, "log:loss": 1.0}


def test_what_was_asked_for_longest_ago_is_forgotten_when_there_is_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_easymaker.metrics.reader._KEPT_POINTS", 1200)
    reader = MetricsReader()
    sources = Sources(lambda offset, limit: (b"", offset, True), tmp_path)
    for name in "abca":
        reader.read(name, sources, 10)
    assert list(reader._known) == ["c", "a"]
