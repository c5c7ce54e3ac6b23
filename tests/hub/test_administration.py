"""What the hub's administrators' page hands on to the backend, for whom, and that no way leads round it."""

from __future__ import annotations

import httpx
import pytest

from tests.hub.conftest import ADMIN_PASSWORD, HubUser, RunningHub

pytestmark = pytest.mark.hub
PAGE = "/hub/easymaker"


@pytest.fixture
def admin(hub: RunningHub) -> HubUser:
    return hub.sign_in("admin", ADMIN_PASSWORD)


def ask(user: HubUser, path: str, method: str = "GET", *, xsrf: bool = True, **arguments: object) -> httpx.Response:
    """Ask as the page's script does."""
    token = user.browser.cookies.get("_xsrf", domain=user.hub.host, path="/hub/") or ""
    headers = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", **({"X-XSRFToken": token} if xsrf else {})}
    return user.browser.request(method, f"{PAGE}/{path}", headers=headers, **arguments)  # type: ignore[arg-type]


def test_page_is_for_administrators_and_holds_no_token(hub: RunningHub, admin: HubUser) -> None:
    page = admin.browser.get(PAGE)
    assert page.status_code == 200
    assert 'href="/hub/token"' in page.text, "the hub's own navigation is there"
    context = ask(admin, "context").json()
    assert (context["status"], context["user"], context["appKey"]) == ("ready", "admin", "default")
    assert "token" not in str(context)
    assert hub.sign_in("mia").browser.get(PAGE).status_code == 403
    stranger = httpx.get(f"{hub.url}{PAGE}")
    assert (stranger.status_code, "/hub/login" in stranger.headers["Location"]) == (302, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "context"),
        ("GET", "api/v1.0/projects"),
        ("GET", "api/v1.0/admin/audit"),
        ("GET", "api/v1.0/appkeys/default/events"),
        ("PUT", "api/v1.0/admin/quotas/default"),
        ("PUT", "api/v1.0/appkeys/default/notebooks/x/stop"),
        ("DELETE", "api/v1.0/appkeys/default/notebooks/x"),
    ],
)
def test_nobody_else_reaches_the_backend_through_it(hub: RunningHub, method: str, path: str) -> None:
    assert ask(hub.sign_in("mia"), path, method).status_code == 403
    assert httpx.request(method, f"{hub.url}{PAGE}/{path}").status_code == 403
    # The hub's tokens, of whatever reach, are not what this page is asked with.
    admin = hub.sign_in("admin", ADMIN_PASSWORD)
    token = admin.api("POST", "users/admin/tokens", json={}).json()["token"]
    answer = httpx.request(method, f"{hub.url}{PAGE}/{path}", headers={"Authorization": f"token {token}"})
    assert answer.status_code == 403


def test_another_site_can_neither_read_nor_change(admin: HubUser) -> None:
    assert ask(admin, "api/v1.0/projects").status_code == 200
    assert ask(admin, "api/v1.0/projects", xsrf=False).status_code == 403
    refused = ask(admin, "api/v1.0/admin/quotas/default", "PUT", xsrf=False, json={"gpus": 0})
    assert refused.status_code == 403
    assert ask(admin, "api/v1.0/admin/quotas/default").json()["quota"]["quota"]["gpus"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "api/v1.0/appkeys/default/storages"),
        ("GET", "api/v1.0/appkeys/default/experiments/x/tensorboard"),
        ("GET", "api/metrics"),
        ("GET", "api/v1.0/admin/%2e%2e/users"),
        ("PUT", "api/v1.0/users/mia"),
        ("DELETE", "api/v1.0/projects/default"),
    ],
)
def test_only_what_the_page_needs_is_reached(admin: HubUser, method: str, path: str) -> None:
    assert ask(admin, path, method).status_code == 404


def test_answers_cannot_become_pages_of_the_hub(admin: HubUser) -> None:
    answer = admin.browser.get(f"{PAGE}/api/v1.0/admin/resources", headers={"Sec-Fetch-Mode": "navigate"})
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_what_is_done_there_is_done_by_who_is_signed_in(admin: HubUser) -> None:
    changed = ask(admin, "api/v1.0/admin/quotas/default", "PUT", json={"gpus": 7})
    try:
        assert changed.json()["quota"]["quota"]["gpus"] == 7
        (entry, *_) = ask(admin, "api/v1.0/admin/audit?operation=put_project_quota").json()["auditList"]
        assert (entry["userId"], entry["appKey"]) == ("admin", "default")
    finally:
        ask(admin, "api/v1.0/admin/quotas/default", "PUT", json={})


def test_token_for_the_backend_ends_with_the_session(hub: RunningHub, admin: HubUser) -> None:
    def tokens() -> list[dict[str, object]]:
        found = hub.sign_in("admin", ADMIN_PASSWORD).api("GET", "users/admin/tokens").json()["api_tokens"]
        return [each for each in found if each["session_id"] and "EasyMaker" in str(each["note"])]

    before = {each["id"] for each in tokens()}
    ask(admin, "api/v1.0/projects")
    ask(admin, "api/v1.0/admin/usage")
    (made,) = [each for each in tokens() if each["id"] not in before]
    identity = {"read:users:name!user=admin", "read:users:groups!user=admin"}
    assert set(made["scopes"]) - identity == {"access:services!service=easymaker"}
    assert made["expires_at"] is not None
    admin.browser.get("/hub/logout")
    assert made["id"] not in {each["id"] for each in tokens()}


def test_language_of_the_browser_is_spoken_if_it_is_known(admin: HubUser) -> None:
    korean = admin.browser.get(f"{PAGE}/translations/ko").json()["data"]["jupyter_easymaker"]
    assert korean["Administration"] == ["관리"]
    assert admin.browser.get(f"{PAGE}/translations/en-GB").json()["data"] == {}
    assert admin.browser.get(f"{PAGE}/translations/..%2f..").status_code == 404
