"""What every gateway must do. A gateway's tests inherit from this and give the fixture ``gateway``."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import Counter
from urllib.parse import quote

import httpx
import pytest

from jupyter_easymaker.gateway.base import Deployment, Gateway
from jupyter_easymaker.gateway.statistics import CallDelta, CallSnapshot, call_deltas
from tests.gateway.calling import client, endpoint, model, put_in_force, stage
from tests.gateway.load import load
from tests.gateway.upstream import Upstream
from tests.waiting import wait_for


class GatewayContract:
    """The tests."""

    def test_default_and_stage_addresses_reach_their_replicas_without_the_prefix(self, gateway: Gateway) -> None:
        with Upstream("blue") as blue, Upstream("green") as green, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", blue.address)), stage("two", model("m2", green.address)))
            put_in_force(gateway, flowers)
            default = call.post(f"{flowers.prefix}/inference", json={"instances": [[1]]}).json()
            assert (default["by"], default["path"], default["body"]) == ("blue", "/inference", '{"instances":[[1]]}')
            for known, name in zip(flowers.stages, ("blue", "green"), strict=True):
                answer = call.post(f"{flowers.stage_prefix(known)}/inference", json={}).json()
                assert (answer["by"], answer["path"]) == (name, "/inference")

    @pytest.mark.parametrize(
        "path",
        ["/v1/models/iris", "/v1/models/iris:predict", "/v1/models/iris/predict", "/v2/models/iris/infer"],
    )
    def test_paths_of_the_protocols_reach_their_model(self, gateway: Gateway, path: str) -> None:
        with Upstream() as replica, Upstream("other") as other, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", replica.address), model("m2", other.address, name="iris2")))
            put_in_force(gateway, flowers)
            assert call.post(f"{flowers.prefix}{path}").json()["path"] == path
            assert call.post(f"{flowers.prefix}{path.replace('iris', 'iris2')}").json()["by"] == "other"

    @pytest.mark.parametrize("name", ["한글 모델", "a (1)+b@c", "{{ env `HOME` }}", "50%", 'quote"`$'])
    def test_any_model_name_is_routed_however_it_is_encoded(self, gateway: Gateway, name: str) -> None:
        with Upstream() as replica, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", replica.address, name=name)))
            put_in_force(gateway, flowers)
            as_it_is = [] if "%" in name else [httpx.URL(path=f"/v1/models/{name}:predict").raw_path.decode()]
            for spelled in [*as_it_is, f"/v1/models/{quote(name, safe='')}%3Apredict"]:
                assert call.post(f"{flowers.prefix}{spelled}").status_code == 200, spelled

    def test_unknown_paths_are_404_in_the_envelope(self, gateway: Gateway) -> None:
        with Upstream() as replica, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", replica.address)))
            put_in_force(gateway, flowers)
            for path in (
                "/",
                "/health",
                f"{flowers.prefix}/health",
                f"{flowers.prefix}/inference2",
                "/metrics",
                "/api",
            ):
                answer = call.get(path)
                assert answer.status_code == 404, path
                assert answer.json()["header"] == {
                    "isSuccessful": False,
                    "resultCode": 404_000,
                    "resultMessage": answer.json()["header"]["resultMessage"],
                }

    def test_model_without_ready_replica_is_503_in_the_envelope(self, gateway: Gateway) -> None:
        with client(gateway) as call:
            flowers = endpoint(stage("one", model("m1")))
            put_in_force(gateway, flowers)
            answer = call.post(f"{flowers.prefix}/inference", json={})
            assert (answer.status_code, answer.json()["header"]["resultCode"]) == (503, 503_000)

    def test_calls_need_a_key_where_one_is_asked_for(self, gateway: Gateway) -> None:
        keys = ("first-key", 'odd`"key')
        with Upstream() as replica, client(gateway) as call:
            secret = endpoint(stage("one", model("m1", replica.address)), api_keys=keys)
            open_one = endpoint(stage("open", model("m2", replica.address)), name="open")
            put_in_force(gateway, secret, open_one)
            for path in (
                f"{secret.prefix}/inference",
                f"{secret.stage_prefix(secret.stages[0])}/v1/models/iris:predict",
            ):
                for wrong in ({}, {"X-Api-Key": "second"}, {"X-Api-Key": "first-ke"}, {"X-Api-Key": ""}):
                    answer = call.post(path, headers=wrong)
                    assert (answer.status_code, answer.json()["header"]["resultCode"]) == (401, 401_000)
                for key in keys:
                    assert call.post(path, headers={"X-Api-Key": key}).status_code == 200
            answer = call.post(f"{secret.prefix}/inference", headers={"X-Api-Key": keys[0]})
            assert "x-api-key" not in answer.json()["headers"], "keys are none of the model's business"
            assert call.post(f"{open_one.prefix}/inference").status_code == 200

    def test_endpoint_whose_last_key_is_gone_answers_nobody(self, gateway: Gateway) -> None:
        with Upstream() as replica, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", replica.address)), api_keys=())
            put_in_force(gateway, flowers)
            assert call.post(f"{flowers.prefix}/inference", headers={"X-Api-Key": ""}).status_code == 401

    def test_settings_show_the_stage_without_keys(self, gateway: Gateway) -> None:
        flowers = endpoint(
            stage("one", model("m1", "127.0.0.1:9")), stage("two", model("m2")), api_keys=("my-secret", 'my`"secret')
        )
        put_in_force(gateway, flowers)
        shown = str(gateway.settings("stage-one"))
        assert "127.0.0.1:9" in shown
        assert "stage-two" not in shown
        assert "secret" not in shown
        assert "127.0.0.1:9" not in str(gateway.settings("stage-two"))

    def test_canary_shares_calls_by_weight(self, gateway: Gateway) -> None:
        with Upstream("old") as old, Upstream("new") as new, client(gateway) as call:
            stages = (stage("one", model("m1", old.address)), stage("two", model("m2", new.address)))
            flowers = endpoint(*stages, weights={"stage-one": 3, "stage-two": 1})
            put_in_force(gateway, flowers)
            by = Counter(call.post(f"{flowers.prefix}/inference").json()["by"] for _ in range(400))
            # Six standard deviations of a fair draw; a round robin is nearer.
            assert abs(by["new"] - 100) < 52
            assert by["old"] + by["new"] == 400
            put_in_force(gateway, endpoint(*stages, weights={"stage-two": 1}))
            assert {call.post(f"{flowers.prefix}/inference").json()["by"] for _ in range(20)} == {"new"}

    def test_stage_of_a_canary_without_ready_replica_gets_nothing(self, gateway: Gateway) -> None:
        with Upstream("old") as old, client(gateway) as call:
            stages = (stage("one", model("m1", old.address)), stage("two", model("m2")))
            flowers = endpoint(*stages, weights={"stage-one": 1, "stage-two": 99})
            put_in_force(gateway, flowers)
            assert {call.post(f"{flowers.prefix}/inference").status_code for _ in range(20)} == {200}

    def test_replicas_take_turns_and_a_dead_one_is_passed_over(self, gateway: Gateway) -> None:
        with Upstream("a") as a, Upstream("b") as b, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", a.address, b.address)))
            put_in_force(gateway, flowers)
            by = Counter(call.post(f"{flowers.prefix}/inference").json()["by"] for _ in range(40))
            assert min(by["a"], by["b"]) >= 10
            b.close()
            answers = [call.post(f"{flowers.prefix}/inference", json={"x": 1}) for _ in range(40)]
            assert {answer.status_code for answer in answers} == {200}

    def test_replica_that_is_not_healthy_gets_no_calls(self, gateway: Gateway) -> None:
        with Upstream("a") as a, Upstream("b") as b, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", a.address, b.address)))
            b.healthy = False
            put_in_force(gateway, flowers)

            def only_a() -> bool:
                return {call.post(f"{flowers.prefix}/inference").json()["by"] for _ in range(10)} == {"a"}

            wait_for(only_a)
            b.healthy = True
            wait_for(lambda: not only_a())

    def test_twenty_switches_of_replicas_under_load_lose_no_call(self, gateway: Gateway) -> None:
        first = Upstream("0")
        flowers = endpoint(stage("one", model("m1", first.address)))
        put_in_force(gateway, flowers)
        current = first
        with load(gateway, f"{flowers.prefix}/inference") as running:
            for number in range(1, 21):
                following = Upstream(str(number))
                put_in_force(gateway, endpoint(stage("one", model("m1", following.address))))
                wait_for(lambda: running.last_by == following.name)  # noqa: B023
                current.drain()
                current.close()
                current = following
        current.close()
        assert running.failures == []
        assert running.answered >= 20

    def test_twenty_changes_of_the_default_stage_under_load_lose_no_call(self, gateway: Gateway) -> None:
        with Upstream("blue") as blue, Upstream("green") as green:
            stages = (stage("one", model("m1", blue.address)), stage("two", model("m2", green.address)))
            flowers = endpoint(*stages)
            put_in_force(gateway, flowers)
            with load(gateway, f"{flowers.prefix}/inference") as running:
                for number in range(20):
                    default, name = [("stage-two", "green"), ("stage-one", "blue")][number % 2]
                    put_in_force(gateway, endpoint(*stages, default=default))
                    wait_for(lambda: running.last_by == name)  # noqa: B023
            assert running.failures == []

    def test_call_under_way_is_answered_though_its_replica_is_taken_out(self, gateway: Gateway) -> None:
        with Upstream("slow") as slow, Upstream("next") as following, client(gateway) as call:
            slow.blocked.set()
            flowers = endpoint(stage("one", model("m1", slow.address)))
            put_in_force(gateway, flowers)
            answers: list[httpx.Response] = []
            waiting = threading.Thread(target=lambda: answers.append(call.post(f"{flowers.prefix}/inference")))
            waiting.start()
            wait_for(lambda: slow.in_flight == 1)
            put_in_force(gateway, endpoint(stage("one", model("m1", following.address))))
            slow.release.set()
            waiting.join(10)
            assert (answers[0].status_code, answers[0].json()["by"]) == (200, "slow")
            assert call.post(f"{flowers.prefix}/inference").json()["by"] == "next"

    def test_stage_is_deployed_once_it_is_in_force_and_unknown_before_and_after(self, gateway: Gateway) -> None:
        assert gateway.deployment("stage-never").state is Deployment.UNKNOWN
        put_in_force(gateway, endpoint(stage("one", model("m1", "127.0.0.1:9"))))
        gateway.apply([])
        assert gateway.deployment("stage-one").state is Deployment.UNKNOWN

    def test_the_same_endpoints_again_change_nothing(self, gateway: Gateway) -> None:
        flowers = endpoint(stage("one", model("m1", "127.0.0.1:9")))
        put_in_force(gateway, flowers)
        for _ in range(3):
            gateway.apply([flowers])
            assert gateway.deployment("stage-one").state is Deployment.DEPLOYED

    def test_calls_are_counted_by_resource_path_address_and_status(self, gateway: Gateway) -> None:
        with Upstream() as replica, Upstream("other") as other, client(gateway) as call:
            flowers = endpoint(
                stage("one", model("counted", replica.address)), stage("two", model("second", other.address))
            )
            put_in_force(gateway, flowers)
            before = CallSnapshot(gateway.calls()[0], tuple(gateway.calls()[1]))
            other.status = 422
            for _ in range(5):
                call.post(f"{flowers.prefix}/inference")
            for _ in range(3):
                call.post(f"{flowers.stage_prefix(flowers.stages[1])}/v1/models/iris:predict")
            found = _counted(gateway, before, {"counted": 5, "second": 3})
            assert {key for key in found if key[0] in ("counted", "second")} == {
                ("counted", "/inference", True),
                ("second", "/v1/models/iris", False),
            }
            assert found["counted", "/inference", True].by_status == {200: 5}
            assert found["second", "/v1/models/iris", False].by_status == {422: 3}
            assert sum(calls for _, calls in found["counted", "/inference", True].latency_buckets) == 5
            assert 0 < found["counted", "/inference", True].seconds < 20

    def test_refused_calls_are_counted_but_not_timed(self, gateway: Gateway) -> None:
        with Upstream() as replica, client(gateway) as call:
            ready, unready = model("keyed", replica.address), model("unready", name="none", path="/none")
            flowers = endpoint(stage("one", ready, unready), api_keys=("key",))
            put_in_force(gateway, flowers)
            before = CallSnapshot(gateway.calls()[0], tuple(gateway.calls()[1]))
            call.post(f"{flowers.prefix}/inference")
            call.post(f"{flowers.prefix}/none", headers={"X-Api-Key": "key"})
            found = _counted(gateway, before, {"keyed": 1, "unready": 1})
            assert found["keyed", "/inference", True].by_status == {401: 1}
            assert found["unready", "/none", True].by_status == {503: 1}
            assert not found["keyed", "/inference", True].latency_buckets
            assert not found["unready", "/none", True].latency_buckets

    def test_calls_of_a_canary_are_counted_where_they_went(self, gateway: Gateway) -> None:
        with Upstream() as old, Upstream() as new, client(gateway) as call:
            stages = (stage("one", model("old", old.address)), stage("two", model("new", new.address)))
            flowers = endpoint(*stages, weights={"stage-one": 1, "stage-two": 1})
            put_in_force(gateway, flowers)
            before = CallSnapshot(gateway.calls()[0], tuple(gateway.calls()[1]))
            for _ in range(20):
                call.post(f"{flowers.prefix}/inference")

            def all_counted() -> bool:
                found = _deltas(gateway, before)
                return sum(delta.calls for key, delta in found.items() if key[0] in ("old", "new")) == 20

            wait_for(all_counted)
            assert _deltas(gateway, before)["new", "/inference", True].calls >= 2

    @pytest.mark.parametrize(
        "path",
        [
            "/endpoints/app/secret/inference/",
            "//endpoints/app/secret/inference",
            "/endpoints/app/open/../secret/inference",
            "/endpoints/app/open/%2e%2e/secret/inference",
            "/endpoints/app/open/%2E%2e%2fsecret%2finference",
            "/endpoints/app/open/..%5csecret/inference",
            "/endpoints/app/open/inference/../../secret/inference",
            "/endpoints/app/open/v1/models/iris/../../../../secret/inference",
            "/endpoints/app/%73ecret/inference",
            "/endpoints/app/secret/inference%00",
            "/endpoints/app/secret/./inference",
            "/ENDPOINTS/app/secret/inference",
            "http://127.0.0.1/endpoints/app/secret/inference",
        ],
    )
    def test_no_spelling_of_a_path_gets_around_a_key(self, gateway: Gateway, path: str) -> None:
        with Upstream("secret") as replica, Upstream("open") as other:
            secret = endpoint(stage("one", model("m1", replica.address)), name="secret", api_keys=("key",))
            open_one = endpoint(stage("open", model("m2", other.address)), name="open")
            put_in_force(gateway, secret, open_one)
            status, body = _raw(gateway, f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n")
            assert b'"by": "secret"' not in body
            assert status in (400, 401, 404, 405, 301, 308)

    @pytest.mark.parametrize("host", ["localhost:8080", "api", "traefik", "127.0.0.1", "private", "a b", "/metrics"])
    def test_no_host_header_opens_the_gateways_own_pages(self, gateway: Gateway, host: str) -> None:
        put_in_force(gateway, endpoint(stage("one", model("m1", "127.0.0.1:9"))))
        for path in ("/api/rawdata", "/metrics", "/dashboard/", "/ping", "/debug/vars"):
            status, body = _raw(gateway, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n")
            assert status in (400, 404)
            assert b"stage-one" not in body

    @pytest.mark.parametrize("size", [60_000, 70_000, 20_000_000])  # Traefik keeps small ones to try again
    def test_body_of_any_size_reaches_the_model(self, gateway: Gateway, size: int) -> None:
        with Upstream() as replica:
            flowers = endpoint(stage("blue", model("m", replica.address)))
            put_in_force(gateway, flowers)
            with client(gateway) as call:
                answer = call.post(f"{flowers.prefix}/inference", content=b"x" * size)
            assert (answer.status_code, answer.json()["by"]) == (200, "replica")

    def test_malformed_requests_hurt_nobody_else(self, gateway: Gateway) -> None:
        with Upstream() as replica, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", replica.address)))
            put_in_force(gateway, flowers)
            smuggling = f"POST {flowers.prefix}/inference HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            for lines in (
                "NONSENSE\r\n",
                "GET / HTTP/9.9\r\nHost: x\r\n",
                f"GET /{'a' * 200_000} HTTP/1.1\r\nHost: x\r\n",
                f"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {'a' * 200_000}\r\n",
                f"{smuggling}Transfer-Encoding: identity\r\n",
                f"POST {flowers.prefix}/inference HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n",
                f"POST {flowers.prefix}/inference HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
            ):
                status, _ = _raw(gateway, lines)
                assert status == 0 or 400 <= status < 600, lines[:60]
            assert call.post(f"{flowers.prefix}/inference").status_code == 200

    def test_clients_that_stop_halfway_keep_nobody_else_waiting(self, gateway: Gateway) -> None:
        with Upstream() as replica, contextlib.ExitStack() as open_ones, client(gateway) as call:
            flowers = endpoint(stage("one", model("m1", replica.address)))
            put_in_force(gateway, flowers)
            head = f"POST {flowers.prefix}/inference HTTP/1.1\r\nHost: x\r\n"
            for number in range(100):
                connection = open_ones.enter_context(_connected(gateway))
                connection.sendall(f"{head}Content-Length: 9\r\n\r\n123".encode() if number % 2 else head.encode())
            assert {call.post(f"{flowers.prefix}/inference").status_code for _ in range(10)} == {200}

    def test_clients_without_the_authority_do_not_trust_it(self, gateway: Gateway) -> None:
        with httpx.Client(verify=ssl.create_default_context()) as stranger, pytest.raises(httpx.ConnectError):
            stranger.get(f"https://{gateway.address}/")


def _counted(
    gateway: Gateway, before: CallSnapshot, expected: dict[str, int]
) -> dict[tuple[str, str, bool], CallDelta]:
    """Wait until so many calls of resources are counted, which is a moment after they are answered."""

    def look() -> dict[tuple[str, str, bool], CallDelta] | None:
        found = _deltas(gateway, before)
        calls = {name: sum(delta.calls for key, delta in found.items() if key[0] == name) for name in expected}
        return found if calls == expected else None

    return wait_for(look)  # type: ignore[return-value]


def _deltas(gateway: Gateway, before: CallSnapshot) -> dict[tuple[str, str, bool], CallDelta]:
    epoch, counts = gateway.calls()
    deltas = call_deltas(before, CallSnapshot(epoch, tuple(counts)))
    return {(delta.model_id, delta.path, delta.by_default_address): delta for delta in deltas}


def _connected(gateway: Gateway) -> ssl.SSLSocket:
    host, port = gateway.address.rsplit(":", 1)
    context = ssl.create_default_context(cafile=gateway.certificate_authority)
    return context.wrap_socket(socket.create_connection((host, int(port)), 10), server_hostname=host)


def _raw(gateway: Gateway, lines: str) -> tuple[int, bytes]:
    """Send a request as it is; return the status, 0 if there was no answer, and all that came."""
    with _connected(gateway) as connection:
        try:
            connection.sendall(f"{lines}Connection: close\r\n\r\n".encode())
            answer = b""
            while part := connection.recv(65536):
                answer += part
        except OSError:  # it has closed the connection in our face
            return 0, b""
    status = answer.split(b" ", 2)[1:2]
    return (int(status[0]) if status else 0), answer
