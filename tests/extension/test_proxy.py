"""The way from the browser to the backend: who may use it, what goes through, and what does not."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import RunningBackend
from tests.extension.conftest import JUPYTER_TOKEN, RunningJupyter
from tests.extension.upstream import TOKEN, Upstream, running_upstream
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with running_upstream() as running:
        yield running


@pytest.fixture(scope="module")
def proxy(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJupyter]:
    """A Jupyter server before the stand-in."""
    directory = tmp_path_factory.mktemp("proxy")
    running = RunningJupyter(
        directory, directory / "data", environment={"EASYMAKER_URL": upstream.url, "EASYMAKER_TOKEN": TOKEN}
    )
    running.start()
    running.wait_for_status("ready")
    yield running
    running.stop()


@pytest.mark.parametrize(
    "path", ["easymaker/context", "easymaker/notebook", "easymaker/api/v1.0/thing", "easymaker/api/openapi.json"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_nobody_gets_through_without_signing_in(
    proxy: RunningJupyter, upstream: Upstream, method: str, path: str
) -> None:
    before = len(upstream.paths)
    answer = httpx.request(method, f"{proxy.url}/{path}")
    assert answer.status_code in (403, 405)
    assert len(upstream.paths) == before


def test_writing_by_a_page_of_another_site_is_refused(proxy: RunningJupyter, upstream: Upstream) -> None:
    """With Jupyter's cookie alone, as a form on a foreign page would send it."""
    with httpx.Client() as browser:
        browser.get(f"{proxy.url}/tree?token={JUPYTER_TOKEN}")
        address = f"{proxy.url}/easymaker/api/v1.0/thing"
        assert browser.get(address).status_code == 200
        before = len(upstream.paths)
        assert browser.post(address).status_code == 403
        assert len(upstream.paths) == before
        xsrf = {"X-XSRFToken": browser.cookies["_xsrf"]}
        assert browser.post(address, headers=xsrf).status_code == 200
        foreign = {**xsrf, "Origin": "https://elsewhere.example"}
        assert browser.post(address, headers=foreign).status_code == 404


def test_request_goes_through_with_the_backends_token_and_without_jupyters(proxy: RunningJupyter) -> None:
    answer = proxy.request(
        "POST",
        "easymaker/api/v1.0/a%20b/c?x=1&x=2&y=%C3%BC",
        json={"name": "ü"},
        headers={"Cookie": "secret=1", "X-XSRFToken": "x", "X-EasyMaker-Token": "mine", "Last-Event-ID": "7"},
    )
    seen = answer.json()
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/v1.0/a%20b/c", "x=1&x=2&y=%C3%BC")
    assert json.loads(seen["body"]) == {"name": "ü"}
    headers = seen["headers"]
    assert headers["x-easymaker-token"] == TOKEN
    assert headers["last-event-id"] == "7"
    assert headers["content-type"] == "application/json"
    assert not {"cookie", "authorization", "x-xsrftoken", "origin", "referer"} & headers.keys()
    assert JUPYTER_TOKEN not in json.dumps(seen)


def test_signing_in_by_the_address_does_not_reach_the_backend(proxy: RunningJupyter) -> None:
    answer = httpx.get(f"{proxy.url}/easymaker/api/v1.0/thing?token={JUPYTER_TOKEN}&page=2&search=&_xsrf=a")
    assert answer.json()["query"] == "page=2&search="


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_methods_and_bytes_arrive_as_they_are(proxy: RunningJupyter, method: str) -> None:
    seen = proxy.request(method, "easymaker/api/v1.0/thing", content=b"PK\x03\x04").json()
    assert seen["method"] == method
    assert seen["body"] == "PK\x03\x04"


def test_answer_carries_only_what_the_page_needs(proxy: RunningJupyter) -> None:
    headers = proxy.request("GET", "easymaker/api/v1.0/thing").headers
    assert headers["Content-Type"] == "application/json"
    assert "x-internal" not in headers
    assert "backend=1" not in headers.get("Set-Cookie", "")  # Jupyter may renew its own


def test_page_in_an_answer_cannot_run_in_jupyters_name(proxy: RunningJupyter) -> None:
    answer = proxy.request("GET", "easymaker/api/v1.0/page")
    assert answer.text == "<script>"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_refusal_of_the_backend_arrives_as_it_is(proxy: RunningJupyter) -> None:
    answer = proxy.request("GET", "easymaker/api/v1.0/conflict")
    assert answer.status_code == 409
    assert answer.json()["header"]["resultCode"] == 409_001


def test_backend_refusing_our_token_does_not_look_like_a_lost_login(proxy: RunningJupyter) -> None:
    answer = proxy.request("GET", "easymaker/api/v1.0/refuse")
    assert answer.status_code == 503
    assert "EASYMAKER_TOKEN" in answer.json()["header"]["resultMessage"]


def test_redirect_is_not_followed_nor_passed_on(proxy: RunningJupyter) -> None:
    answer = proxy.request("GET", "easymaker/api/v1.0/redirect")
    assert answer.status_code == 404
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["health", "v1.0", "v2.0/thing", "v1x0/thing", "openapi.json/x", "nhn-api-gateway"],
)
def test_nothing_but_the_api_can_be_reached(proxy: RunningJupyter, upstream: Upstream, path: str) -> None:
    before = len(upstream.paths)
    assert raw_get(proxy, f"easymaker/api/{path}")[0] == 404
    assert len(upstream.paths) == before


@pytest.mark.parametrize(
    "path",
    [
        "v1.0/../health",
        "v1.0/a/../../health",
        "v1.0/%2e%2e/health",
        "v1.0/..%2fhealth",
        "v1.0/%2E%2E%2Fhealth",
        "v1.0//evil.example/x",
        "v1.0/a/./b",
        "v1.0/..\\health",
        "v1.0/..%5chealth",
    ],
)
def test_path_tricks_are_refused(proxy: RunningJupyter, upstream: Upstream, path: str) -> None:
    before = len(upstream.paths)
    status, body = raw_get(proxy, f"easymaker/api/{path}")
    assert status == 400
    assert "path" in json.loads(body)["header"]["resultMessage"]
    assert len(upstream.paths) == before


def raw_get(jupyter: RunningJupyter, path: str) -> tuple[int, bytes]:
    """Ask for a path exactly as it is written: clients tidy it up."""
    parts = urlsplit(jupyter.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.request("GET", f"{parts.path}/{path}", headers={"Authorization": f"token {JUPYTER_TOKEN}"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_events_arrive_one_by_one(proxy: RunningJupyter, upstream: Upstream) -> None:
    upstream.go_on.clear()
    with follow(proxy, "v1.0/events") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["X-Accel-Buffering"] == "no"
        lines = answer.iter_lines()
        assert next(lines) == "event: hello"  # the second one is not sent before this one was read
        upstream.go_on.set()
        assert "event: change" in list(lines)


def test_stream_ends_at_the_backend_when_the_browser_leaves(proxy: RunningJupyter, upstream: Upstream) -> None:
    upstream.go_on.clear()
    wait_for(lambda: upstream.open_streams == 0)
    with follow(proxy, "v1.0/events") as answer:
        lines = answer.iter_lines()
        next(lines)
        assert upstream.open_streams == 1
    wait_for(lambda: upstream.open_streams == 0)


def test_answer_that_breaks_off_does_not_look_whole(proxy: RunningJupyter) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        proxy.request("GET", "easymaker/api/v1.0/broken")


def follow(jupyter: RunningJupyter, path: str) -> httpx._client.Response:
    headers = {"Authorization": f"token {JUPYTER_TOKEN}", "Accept": "text/event-stream"}
    return httpx.stream("GET", f"{jupyter.url}/easymaker/api/{path}", headers=headers, timeout=20)


def test_panel_reads_and_follows_a_real_backend(jupyter: RunningJupyter) -> None:
    events = follow(jupyter, "v1.0/appkeys/default/events")
    with events as answer:
        lines = answer.iter_lines()
        while next(lines) != "event: hello":
            pass
        created = jupyter.request("POST", jupyter.api("experiments"), json={"experimentName": "by-the-panel"})
        assert created.status_code == 200, created.text
        identifier = created.json()["experiment"]["experimentId"]
        while identifier not in next(lines):
            pass
    assert jupyter.request("GET", "easymaker/api/openapi.json").json()["info"]["title"] == "EasyMaker"


def test_dead_backend_is_a_sentence_and_looked_for_at_once(
    own_jupyter: Callable[..., RunningJupyter], own_backend: Callable[..., RunningBackend]
) -> None:
    backend = own_backend()
    jupyter = own_jupyter(environment={"EASYMAKER_URL": backend.url, "EASYMAKER_TOKEN": backend.token})
    jupyter.wait_for_status("ready")
    backend.kill()
    answer = jupyter.request("GET", jupyter.api("counts"))
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["header"]["resultMessage"]
    jupyter.wait_for_status("failed", timeout=10)
    backend.start()
    jupyter.wait_for_status("ready")
    assert jupyter.request("GET", jupyter.api("counts")).status_code == 200
