"""Traefik's configuration, whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_easymaker.gateway.base import EndpointRoute, ModelRoute, StageRoute
from jupyter_easymaker.gateway.routes import as_text, dynamic_configuration, in_stage, revision, rule, without_keys
from jupyter_easymaker.gateway.table import RouteName, route_table

_REFUSED = {"sourceRange": ["255.255.255.255/32"]}
_CHECK = {"path": "/health", "interval": "1s", "unhealthyInterval": "1s", "timeout": "5s"}


def configuration(*endpoints: EndpointRoute, refusals: str = "") -> dict[str, Any]:
    return dynamic_configuration(endpoints, secret="s3", certificate=("c.pem", "c.key"), refusals=refusals)


def flowers(**more: Any) -> EndpointRoute:
    model = ModelRoute("m1", "iris", "/inference", ("10.0.0.1:80", "10.0.0.2:80"))
    return EndpointRoute("e1", "app", "flowers", (StageRoute("s1", "one", (model,)),), "s1", **more)


def test_no_endpoints_answer_404_and_the_private_pages() -> None:
    made = configuration()
    del made["http"]["middlewares"]["revision"]
    assert made == {
        "http": {
            "routers": {
                "unknown": {
                    "entryPoints": ["models"],
                    "rule": "PathPrefix(`/`)",
                    "priority": 1,
                    "middlewares": ["refuse-404"],
                    "service": "nobody",
                },
                "api": {
                    "entryPoints": ["private"],
                    "rule": "Header(`Authorization`, `Bearer s3`) && PathPrefix(`/api`)",
                    "service": "api@internal",
                },
                "counts": {
                    "entryPoints": ["private"],
                    "rule": "Header(`Authorization`, `Bearer s3`) && PathPrefix(`/metrics`)",
                    "service": "prometheus@internal",
                },
            },
            "services": {"nobody": {"loadBalancer": {"servers": []}}},
            "middlewares": {
                "retry": {
                    "retry": {
                        "attempts": 12,
                        "initialInterval": "5ms",
                        "status": ["502"],
                        "retryNonIdempotentMethod": True,
                        "maxRequestBodyBytes": 65536,
                    }
                },
                "hide-key": {"headers": {"customRequestHeaders": {"X-Api-Key": ""}}},
                "refuse-401": {"ipAllowList": {**_REFUSED, "rejectStatusCode": 401}},
                "refuse-404": {"ipAllowList": {**_REFUSED, "rejectStatusCode": 404}},
                "refuse-503": {"ipAllowList": {**_REFUSED, "rejectStatusCode": 503}},
            },
        },
        "tls": {
            "stores": {"default": {"defaultCertificate": {"certFile": "c.pem", "keyFile": "c.key"}}},
            "options": {"default": {"minVersion": "VersionTLS12"}},
        },
    }


def test_stage_has_routers_for_both_addresses_and_one_service_a_model() -> None:
    made = in_stage(configuration(flowers()), "s1")
    protocol = "(Path(`{0}`) || PathPrefix(`{0}/`) || PathPrefix(`{0}:`) || PathPrefix(`{0}%3A`))"
    expected = {}
    for address, prefix in (("stage", "/stages/app/flowers/one"), ("default", "/endpoints/app/flowers")):
        for path, matched in (
            ("/inference", f"Path(`{prefix}/inference`)"),
            ("/v1/models/iris", protocol.format(f"{prefix}/v1/models/iris")),
            ("/v2/models/iris", protocol.format(f"{prefix}/v2/models/iris")),
        ):
            expected[f"s1:m1:{address}:{path.replace('/', '%2F')}:calls"] = {
                "entryPoints": ["models"],
                "rule": matched,
                "priority": 1000,
                "middlewares": [f"strip:{prefix.replace('/', '%2F')}", "retry"],
                "service": "s1:m1",
            }
    assert made["routers"] == expected
    assert made["services"] == {
        "s1:m1": {
            "loadBalancer": {
                "servers": [{"url": "http://10.0.0.1:80"}, {"url": "http://10.0.0.2:80"}],
                "healthCheck": _CHECK,
            }
        }
    }
    assert made["middlewares"]["strip:%2Fendpoints%2Fapp%2Fflowers"] == {
        "stripPrefix": {"prefixes": ["/endpoints/app/flowers"]}
    }


def test_keys_are_part_of_the_rule_and_what_is_below_refuses() -> None:
    made = in_stage(configuration(flowers(api_keys=("k1", "k`2")), refusals="127.0.0.1:99"), "s1")
    name = "s1:m1:default:%2Finference"
    assert made["routers"][f"{name}:calls"]["rule"] == (
        'Path(`/endpoints/app/flowers/inference`) && (Header(`X-Api-Key`, `k1`) || Header(`X-Api-Key`, "k`2"))'
    )
    assert made["routers"][f"{name}:calls"]["middlewares"][0] == "hide-key"
    assert made["routers"][f"{name}:keyless"] == {
        "entryPoints": ["models"],
        "rule": "Path(`/endpoints/app/flowers/inference`)",
        "priority": 500,
        "middlewares": ["explain-401", "refuse-401"],
        "service": "nobody",
    }
    assert made["middlewares"]["explain-401"] == {
        "errors": {"status": ["401"], "service": "refusals", "query": "/{status}"}
    }
    hidden = without_keys(made)["routers"][f"{name}:calls"]["rule"]
    assert hidden.endswith("&& (Header(`X-Api-Key`, `...`) || Header(`X-Api-Key`, `...`))")


def test_canary_splits_into_services_of_its_own() -> None:
    stages = tuple(
        StageRoute(f"s{number}", name, (ModelRoute(f"m{number}", "iris", "/inference", (f"10.0.0.{number}:80",)),))
        for number, name in ((1, "one"), (2, "two"), (3, "three"))
    )
    endpoint = EndpointRoute("e1", "app", "flowers", stages, "s2", weights={"s1": 10, "s2": 90, "s3": 0})
    made = configuration(endpoint)["http"]
    split = "s2:m2:default:%2Finference:split"
    assert made["routers"][split]["service"] == split
    shares = ["s2:m2:default:%2Finference:calls", "s1:m1:default:%2Finference:calls"]
    assert made["services"][split] == {
        "weighted": {
            "services": [{"name": shares[0], "weight": 90}, {"name": shares[1], "weight": 10}],
            "healthCheck": {},
        }
    }
    assert made["services"][shares[1]] == {
        "loadBalancer": {"servers": [{"url": "http://10.0.0.1:80"}], "healthCheck": _CHECK}
    }
    assert {name for name in made["routers"] if name.startswith("s3:")} == {
        f"s3:m3:stage:{path}:calls" for path in ("%2Finference", "%2Fv1%2Fmodels%2Firis", "%2Fv2%2Fmodels%2Firis")
    }


def test_path_only_one_stage_of_a_canary_has_goes_there() -> None:
    stages = (
        StageRoute("s1", "one", (ModelRoute("m1", "a", "/old", ("h:1",)),)),
        StageRoute("s2", "two", (ModelRoute("m2", "b", "/new", ("h:2",)),)),
    )
    endpoint = EndpointRoute("e1", "app", "flowers", stages, "s1", weights={"s1": 1, "s2": 1})
    to = {route.path: [target.model_id for target in route.targets] for route in route_table([endpoint])}
    assert (to["/old"], to["/new"]) == (["m1"], ["m2"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("한글", "Path(`/endpoints/app/flowers/v1/models/한글`)"),
        ("a`b", 'Path("/endpoints/app/flowers/v1/models/a`b")'),
        ("a+b", "PathRegexp(`^/endpoints/app/flowers/v1/models/a(?:\\+|%2B)b(?:$|[/:]|%3A)`)"),
        ("`) || PathPrefix(`/", "PathRegexp("),
    ],
)
def test_names_cannot_change_what_a_rule_means(name: str, expected: str) -> None:
    endpoint = EndpointRoute(
        "e1", "app", "flowers", (StageRoute("s1", "one", (ModelRoute("m1", name, "", ("h:1",)),)),), "s1"
    )
    made = next(rule(route) for route in route_table([endpoint]) if route.by_default_address and "v1" in route.path)
    assert expected in made
    if expected == "PathRegexp(":
        assert made.startswith('PathRegexp("')
        assert made.count('"') == 2, "the name cannot end the string it is in"


def test_file_is_no_template_whatever_names_say() -> None:
    endpoint = EndpointRoute(
        "e1", "app", "flowers", (StageRoute("s1", "one", (ModelRoute("m1", '{{{env "HOME"}}', "", ("h:1",)),)),), "s1"
    )
    made = configuration(endpoint)
    assert "{{" not in as_text(made)
    assert json.loads(as_text(made)) == made


def test_revision_is_of_all_that_is_in_the_file() -> None:
    revisions = {
        revision(made)
        for made in (
            configuration(),
            configuration(flowers()),
            configuration(flowers(api_keys=("a",))),
            configuration(flowers(), refusals="h:1"),
            dynamic_configuration([flowers()], secret="s3", certificate=("d.pem", "d.key")),
        )
    }
    assert len(revisions) == 5
    assert revision(configuration(flowers())) in revisions


@pytest.mark.parametrize("path", ["/inference", "/v1/models/a:b/ü @file", ""])
def test_names_of_routes_are_read_back(path: str) -> None:
    name = RouteName("s:1", "m/1", True, path, "calls")
    assert RouteName.parse(str(name)) == name
    assert RouteName.parse("unknown") is None
