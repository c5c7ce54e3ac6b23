"""Lines sent to a log service elsewhere: in its format, as they are printed, whatever fails in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_easymaker.logs.archive import About
from jupyter_easymaker.logs.forward import Destination, LogAndCrash, OpenTelemetry, Refused, Unavailable
from jupyter_easymaker.logs.line import Line
from tests.conftest import RunningBackend
from tests.logs.log_service import OK, LogService
from tests.waiting import wait_for

ABOUT = About("t-1", "iris", "default", 1, 20.0)
LINES = [Line(1_767_225_600.25, 0, b"WARNING hot"), Line(1_767_225_601.0, 12, "한글 \xff".encode("latin1", "replace"))]
Make = Callable[..., RunningBackend]


@pytest.fixture
def service() -> Iterator[LogService]:
    running = LogService()
    yield running
    running.stop()


def test_log_and_crash_gets_the_fields_of_the_guide(service: LogService) -> None:
    destination = Destination(service.url, LogAndCrash({"default": "their-appkey"}), {"X-Who": "us"})
    destination.send(ABOUT, 0, LINES)
    first, second = service.taken[0]
    assert first == {
        "projectName": "their-appkey",
        "projectVersion": "1.0.0",
        "logVersion": "v2",
        "logSource": "http",
        "logType": "NHNCloud-AIEasyMaker",
        "host": "training-t-1-0",
        "sendTime": 1_767_225_600_250,
        "offset": "0",
        "time": "2026-01-01T00:00:00.250+00:00",
        "category": "easymaker.training",
        "easymakerAppKey": "default",
        "trainingId": "t-1",
        "trainingName": "iris",
        "node": "0",
        "logLevel": "WARNING",
        "body": "WARNING hot",
    }
    assert second["logLevel"] == "INFO"
    assert service.headers["X-Who"] == "us"


def test_projects_without_an_appkey_are_not_sent() -> None:
    assert not LogAndCrash({"theirs": "key"}).wants("default")
    assert LogAndCrash({"*": "key"}).wants("default")


def test_opentelemetry_gets_log_records(service: LogService) -> None:
    Destination(service.url, OpenTelemetry()).send(ABOUT, 0, LINES)
    (resource,) = service.taken[0]["resourceLogs"]
    attributes = {each["key"]: each["value"]["stringValue"] for each in resource["resource"]["attributes"]}
    assert attributes["service.name"] == "easymaker.training"
    assert attributes["trainingId"] == "t-1"
    record = resource["scopeLogs"][0]["logRecords"][0]
    assert record["timeUnixNano"] == "1767225600250000000"
    assert (record["severityNumber"], record["severityText"]) == (13, "WARNING")
    assert record["body"] == {"stringValue": "WARNING hot"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((503, b"busy"), Unavailable),
        ((429, b""), Unavailable),
        ((401, b"who?"), Unavailable),
        ((400, b"what?"), Refused),
        ((413, b"too much"), Refused),
        ((200, b'{"header": {"isSuccessful": false, "resultMessage": "no such appkey"}}'), Unavailable),
        ((200, b"<html>log in</html>"), Unavailable),
    ],
)
def test_answers_say_whether_to_try_again(
    service: LogService, answer: tuple[int, bytes], error: type[Exception]
) -> None:
    service.answer = lambda _body: answer
    with pytest.raises(error):
        Destination(service.url, LogAndCrash({"*": "key"})).send(ABOUT, 0, LINES)


def test_service_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(Unavailable, match="refused"):
        Destination("http://127.0.0.1:9/", OpenTelemetry()).send(ABOUT, 0, LINES)


def backend_sending(own_backend: Make, service: LogService) -> RunningBackend:
    settings = (f"--ServiceConfig.log_forward_url={service.url}", "--ServiceConfig.log_forward_appkeys=*=key")
    return own_backend(*settings)


def test_lines_are_sent_as_they_are_printed_over_failures_and_a_killed_backend(
    own_backend: Make, service: LogService
) -> None:
    running = backend_sending(own_backend, service)
    code = (
        "import pathlib, time\nprint('first', flush=True)\n"
        "while not pathlib.Path('{go}').exists(): time.sleep(0.05)\n"
        "for i in range(20000): print('line', i)\n"
    )
    go = running.data_dir / "go"
    training = running.train("sent", code.format(go=go), useLog=True)
    quiet = running.train("unsent", "print('not to be sent')")
    wait_for(lambda: "first" in service.bodies(), 30)  # while it runs
    failures = iter(range(3))

    def failing(_body: Any) -> tuple[int, bytes]:
        return OK if next(failures, None) is None else (503, b"busy")

    service.answer = failing
    go.touch()
    wait_for(lambda: len(service.bodies()) > 5000, 30)
    running.kill()
    running.start()
    running.wait_for_status(training, "COMPLETE")
    running.wait_for_status(quiet, "COMPLETE")
    expected = ["first", *(f"line {number}" for number in range(20000))]
    wait_for(lambda: set(expected) <= set(service.bodies()), 30)
    # In order, and at most the batch at hand twice.
    bodies = [body for body in service.bodies() if body in set(expected)]
    assert list(dict.fromkeys(bodies)) == expected
    assert len(bodies) <= len(expected) + 5000
    assert "not to be sent" not in service.bodies()
    complete = running.data_dir / f"log-positions/{training}.json"
    wait_for(lambda: '"complete": true' in complete.read_text())


def test_log_of_a_deleted_training_is_sent_when_the_service_is_back(own_backend: Make, service: LogService) -> None:
    service.answer = lambda _body: (503, b"down")
    running = backend_sending(own_backend, service)
    go = running.data_dir / "go"
    code = (
        "import pathlib, time\nprint('sent after all', flush=True)\n"
        f"while not pathlib.Path('{go}').exists(): time.sleep(0.05)\n"
    )
    training = running.train("deleted", code, useLog=True)
    wait_for(lambda: service.asked > 0, 30)
    go.touch()
    running.wait_for_status(training, "COMPLETE")
    assert running.request("DELETE", f"trainings/{training}").status_code == 200
    wait_for(lambda: not (running.data_dir / f"engine/jobs/training-{training}").exists())
    assert running.stop() == 0
    service.answer = lambda _body: OK
    running.start()
    wait_for(lambda: "sent after all" in service.bodies(), 30)


def test_line_that_is_never_taken_is_left_out_alone(own_backend: Make, service: LogService) -> None:
    def choosy(body: Any) -> tuple[int, bytes]:
        if len(body) > 100:
            return 413, b"too much"
        return (400, b"no") if any("poison" in line["body"] for line in body) else OK

    service.answer = choosy
    running = backend_sending(own_backend, service)
    code = "for i in range(1000): print('poison' if i == 700 else f'line {i}')"
    running.train("choosy", code, useLog=True)
    expected = [f"line {number}" for number in range(1000) if number != 700]
    wait_for(lambda: [body for body in service.bodies() if body.startswith("line")] == expected, 30)


def test_settings_that_do_not_fit_are_refused_at_the_start(own_backend: Make) -> None:
    with pytest.raises(RuntimeError, match="needs log_forward_appkeys"):
        own_backend("--ServiceConfig.log_forward_url=http://127.0.0.1:9/")
