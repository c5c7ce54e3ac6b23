"""TensorBoard through Jupyter: a page of its own, for who is signed in, that others cannot make the browser ask."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.extension.conftest import JUPYTER_TOKEN, RunningJupyter


@pytest.fixture(scope="module")
def address(jupyter: RunningJupyter) -> str:
    """The address of an experiment's TensorBoard."""
    created = jupyter.request("POST", jupyter.api("experiments"), json={"experimentName": "tensorboard"}).json()
    experiment = created["experiment"]["experimentId"]
    answer = jupyter.request("POST", jupyter.api(f"experiments/{experiment}/tensorboard")).json()
    return f"{jupyter.url}/{jupyter.api(answer['tensorboard']['path'])}"


@pytest.fixture
def browser(jupyter: RunningJupyter) -> Iterator[httpx.Client]:
    """Signed in by Jupyter's cookie."""
    with httpx.Client(timeout=30) as made:
        made.get(f"{jupyter.url}/tree?token={JUPYTER_TOKEN}")
        yield made


def test_page_opens_with_what_it_needs_to_run(browser: httpx.Client, address: str) -> None:
    page = browser.get(address, headers={"Accept": "text/html", "Sec-Fetch-Site": "none"})
    assert "<title>TensorBoard</title>" in page.text
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'none'" not in policy
    assert "frame-ancestors 'self'" in policy


def test_large_script_comes_compressed(browser: httpx.Client, address: str) -> None:
    referer = {"Referer": address}
    script = browser.get(f"{address}index.js", headers=referer)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert int(script.headers["Content-Length"]) < len(script.content) / 2


def test_its_page_may_post_but_no_other(browser: httpx.Client, address: str) -> None:
    question = f"{address}data/plugin/scalars/scalars_multirun"
    body = {"tag": "loss", "runs": "nobody"}
    assert browser.post(question, data=body, headers={"Sec-Fetch-Site": "same-origin"}).status_code < 300
    assert browser.post(question, data=body, headers={"Referer": address}).status_code < 300
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Referer": "https://elsewhere.example/"}):
        assert browser.post(question, data=body, headers=headers).status_code == 403
    foreign = {"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere.example"}
    assert browser.post(question, data=body, headers=foreign).status_code == 403


def test_stranger_is_sent_to_the_sign_in_and_reads_nothing(address: str) -> None:
    page = httpx.get(address, headers={"Accept": "text/html"})
    assert page.status_code == 302
    assert "/login" in page.headers["Location"]
    assert httpx.get(f"{address}data/runs").status_code == 403


@pytest.mark.parametrize("path", ["../../../../../health", "%2e%2e/%2e%2e/trainings", "a//b", "..%5cx", "//"])
def test_path_tricks_are_refused(browser: httpx.Client, address: str, path: str) -> None:
    raw = httpx.URL(address).copy_with(raw_path=(httpx.URL(address).raw_path + path.encode()))
    answer = browser.send(httpx.Request("GET", raw, headers={"Referer": address}, cookies=browser.cookies))
    assert answer.status_code in (400, 404)
    assert "trainingList" not in answer.text
