"""The client against a real backend: answers, refusals, lists, streams, and a backend that goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from jupyter_easymaker.client import BackendUnreachable, ClientError, EasyMakerClient, ServerEvent, read_connection
from jupyter_easymaker.resources.errors import ResultCode
from tests.conftest import RunningBackend, free_port

Make = Callable[..., RunningBackend]


@pytest.fixture
def client(backend: RunningBackend) -> Iterator[EasyMakerClient]:
    with EasyMakerClient(backend.url, backend.appkey, backend.token) as made:
        yield made


def test_answers_come_without_their_envelope(client: EasyMakerClient) -> None:
    created = client.post("experiments", {"experimentName": "client-answers"})
    assert set(created) == {"experiment"}
    identifier = created["experiment"]["experimentId"]
    assert client.get(f"experiments/{identifier}")["experiment"]["experimentName"] == "client-answers"
    changed = client.put(f"experiments/{identifier}", {"description": "changed"})
    assert changed["experiment"]["description"] == "changed"
    client.delete(f"experiments/{identifier}")
    with pytest.raises(ClientError) as refused:
        client.get(f"experiments/{identifier}")
    assert refused.value.code == ResultCode.NOT_FOUND
    assert identifier in str(refused.value)


def test_refusal_carries_the_sentence_the_code_and_the_fields(client: EasyMakerClient) -> None:
    with pytest.raises(ClientError) as refused:
        client.post("experiments", {"experimentName": "x" * 51})
    assert refused.value.code == ResultCode.INVALID_FIELD
    assert [field["field"] for field in refused.value.fields] == ["experimentName"]
    assert "experimentName" in str(refused.value)


def test_wrong_token_is_told_apart(backend: RunningBackend) -> None:
    with (
        EasyMakerClient(backend.url, backend.appkey, "wrong") as client,
        pytest.raises(ClientError) as refused,
    ):
        client.get("counts")
    assert refused.value.code == ResultCode.UNAUTHENTICATED


def test_pages_yields_every_element_once_and_fetches_as_it_goes(client: EasyMakerClient) -> None:
    names = [f"client-page-{number}" for number in range(5)]
    for name in names:
        client.post("experiments", {"experimentName": name})
    listed = client.pages("experiments", page_size=2, search="client-page-", sort="createdDatetime")
    assert [each["experimentName"] for each in listed] == names


def test_path_of_the_backend_needs_no_project(client: EasyMakerClient) -> None:
    assert client.get("/v1.0/users/me")["user"]["isAdmin"] is True


def test_log_is_followed_to_the_end_of_the_training(backend: RunningBackend, client: EasyMakerClient) -> None:
    training = backend.train("client-log", "print('first', flush=True); print('second ü')")
    messages = list(client.stream_log(training))
    assert messages[-1].event == "end"
    assert messages[-1].data["statusCode"] == "COMPLETE"
    text = "".join(message.data["text"] for message in messages if message.event == "log")
    assert "first" in text
    assert "second ü" in text
    assert client.download(f"trainings/{training}/logs/download").decode() == text


def test_code_is_uploaded_as_a_zip_archive(client: EasyMakerClient) -> None:
    import io
    import zipfile

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("train.py", "print('hello')")
    assert client.upload_source(archive.getvalue()).startswith("nas://local:/")


def test_events_go_on_over_a_killed_backend_without_a_gap(own_backend: Make) -> None:
    running = own_backend()
    with EasyMakerClient(running.url, running.appkey, running.token) as client:
        events = client.events(last_event_id=0)
        first = client.post("experiments", {"experimentName": "before"})["experiment"]["experimentId"]
        seen = [_next_change_of(events, first)]
        running.kill()
        restart = threading.Thread(target=_start_and_create, args=(running,))
        restart.start()
        while len({event["resourceId"] for event in seen}) < 2:
            seen.append(next(event for event in events if event.event == "change").data)
        restart.join()
        again = islice((event.data for event in client.events(0) if event.event == "change"), len(seen))
        assert [event["eventId"] for event in again] == [event["eventId"] for event in seen]


def _next_change_of(events: Iterator[ServerEvent], resource_id: str) -> dict[str, Any]:
    return next(e.data for e in events if e.event == "change" and e.data["resourceId"] == resource_id)


def _start_and_create(running: RunningBackend) -> None:
    running.start()
    running.post("experiments", {"experimentName": "after"})


def test_backend_that_is_not_there_is_a_sentence_with_advice() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with EasyMakerClient(url, "default", "token") as client:
        for ask in (lambda: client.get("counts"), lambda: next(client.events())):
            with pytest.raises(BackendUnreachable, match="does not answer") as error:
                ask()
            assert url in str(error.value)
            assert "jupyter easymaker serve" in str(error.value)


def test_something_else_at_the_address_is_recognised(backend: RunningBackend) -> None:
    with (
        EasyMakerClient(backend.url, backend.appkey, backend.token) as client,
        pytest.raises(ClientError, match="no EasyMaker backend"),
    ):
        client.get("/openapi.json")


def test_environment_names_the_backend(backend: RunningBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EM_API_URL", backend.url)
    monkeypatch.setenv("EM_APPKEY", backend.appkey)
    monkeypatch.setenv("EM_TOKEN", backend.token)
    with EasyMakerClient.from_environment() as client:
        assert client.get("configuration")["configuration"]["region"]


def test_without_an_environment_the_users_own_backend_is_found(
    backend: RunningBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EM_API_URL", raising=False)
    monkeypatch.setenv("EASYMAKER_DATA_DIR", str(backend.data_dir))
    with EasyMakerClient.from_environment() as client:
        assert client.url == backend.url
        assert client.get("counts")["counts"]


def test_without_any_backend_the_error_says_what_to_do(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EM_API_URL", raising=False)
    monkeypatch.setenv("EASYMAKER_DATA_DIR", str(tmp_path))
    with pytest.raises(BackendUnreachable, match="jupyter easymaker serve"):
        EasyMakerClient.from_environment()


def test_client_follows_a_backend_that_came_back_on_another_port(
    own_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = own_backend()
    monkeypatch.setenv("EM_API_URL", running.url)
    monkeypatch.setenv("EM_TOKEN", running.token)
    monkeypatch.setenv("EASYMAKER_DATA_DIR", str(running.data_dir))
    with EasyMakerClient.from_environment() as client:
        client.get("counts")
        running.stop()
        former = running.url
        running.start(port=free_port())
        assert running.url != former
        assert client.get("counts")["counts"]


def test_announcement_of_a_killed_backend_is_not_believed(own_backend: Make) -> None:
    running = own_backend()
    found = read_connection(running.data_dir)
    assert found is not None
    assert (found.url, found.token) == (running.url, running.token)
    running.kill()
    assert (running.data_dir / "backend.json").exists()
    assert read_connection(running.data_dir) is None


def test_token_is_not_shown_where_a_connection_is_printed(backend: RunningBackend) -> None:
    assert backend.token not in repr(read_connection(backend.data_dir))
