"""What endpoints there are, in the format of Traefik's file provider: a pure function.

Calls are refused without a hop: a router of lower priority whose address list lets nobody in answers 401, 503 or 404 by
itself. What it says besides is fetched from ``refusals`` if that is there; the status is right without it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from .base import EndpointRoute
from .table import Route, RouteName, Target, route_table

ENTRY_POINT = "models"
PRIVATE_ENTRY_POINT = "private"
KEY_HEADER = "X-Api-Key"
REVISION = "revision"
REFUSED = (401, 404, 503)

# A dead replica refuses at once; one on a busy machine may take its time.
_HEALTH_CHECK = {"path": "/health", "interval": "1s", "unhealthyInterval": "1s", "timeout": "5s"}
_RETRY = {
    "attempts": 12,  # until a dead replica is out, each try may meet it once more
    "initialInterval": "5ms",
    # A pod that was killed breaks off the calls it works on: a model may be asked again, it keeps nothing of them.
    # One that ends its own process is answered for by its server (500): what kills it is not tried on others.
    "status": ["502"],
    "retryNonIdempotentMethod": True,
    # Traefik takes this much memory for every call; a larger one is not tried again but answered all the same.
    "maxRequestBodyBytes": 65536,
}
_ANSWERED, _KEYLESS, _UNKNOWN = 1000, 500, 1  # priorities
_KEYS = re.compile(rf"Header\(`{KEY_HEADER}`, (?:`[^`]*`|\"(?:[^\"\\]|\\.)*\")\)")
# Traefik matches paths decoded but for these, which stay as they were sent.
_RESERVED = ":?#[]@!$&'()*+,;=%"


def dynamic_configuration(
    endpoints: Sequence[EndpointRoute],
    *,
    secret: str,
    certificate: tuple[str, str],
    refusals: str = "",
) -> dict[str, Any]:
    """Return Traefik's dynamic configuration.

    Args:
        endpoints: all that are to be answered.
        secret: what asks for the API and the counts on the private entry point with ``Authorization: Bearer``.
        certificate: the paths of the certificate and its key.
        refusals: ``host:port`` of a server that answers GET /{status} with a body for a refused call; empty: none.
    """
    routers: dict[str, Any] = {
        "unknown": {
            "entryPoints": [ENTRY_POINT],
            "rule": "PathPrefix(`/`)",
            "priority": _UNKNOWN,
            **_refusing(404, refusals),
        }
    }
    middlewares: dict[str, Any] = {"retry": {"retry": _RETRY}, "hide-key": _without_key()}
    services: dict[str, Any] = {"nobody": {"loadBalancer": {"servers": []}}}
    for status in REFUSED:
        # Nobody calls from there.
        reject = {"sourceRange": ["255.255.255.255/32"], "rejectStatusCode": status}
        middlewares[f"refuse-{status}"] = {"ipAllowList": reject}
        if refusals:
            middlewares[f"explain-{status}"] = {
                "errors": {"status": [str(status)], "service": "refusals", "query": "/{status}"}
            }
    if refusals:
        services["refusals"] = {"loadBalancer": {"servers": [{"url": f"http://{refusals}"}], "passHostHeader": False}}
    for route in route_table(endpoints):
        _add(route, routers, services, middlewares, refusals)
    guard = f"Header(`Authorization`, {_quoted(f'Bearer {secret}')})"
    for name, path, service in (("api", "/api", "api@internal"), ("counts", "/metrics", "prometheus@internal")):
        routers[name] = {
            "entryPoints": [PRIVATE_ENTRY_POINT],
            "rule": f"{guard} && PathPrefix(`{path}`)",
            "service": service,
        }
    http = {"routers": routers, "services": services, "middlewares": middlewares}
    return with_certificate({"http": http}, certificate)


def with_certificate(configuration: dict[str, Any], certificate: tuple[str, str]) -> dict[str, Any]:
    """Return a configuration with another certificate and key."""
    pair = {"certFile": certificate[0], "keyFile": certificate[1]}
    tls = {"stores": {"default": {"defaultCertificate": pair}}, "options": {"default": {"minVersion": "VersionTLS12"}}}
    http = dict(configuration["http"])
    middlewares = {name: middleware for name, middleware in http["middlewares"].items() if name != REVISION}
    http["middlewares"] = middlewares
    # A name that goes into force with all the rest says what is in force.
    digest = hashlib.sha256(json.dumps([http, tls], sort_keys=True).encode()).hexdigest()[:32]
    middlewares[REVISION] = {"headers": {"customRequestHeaders": {"X-Revision": digest}}}
    return {"http": http, "tls": tls}


def in_stage(configuration: dict[str, Any], stage_id: str) -> dict[str, Any]:
    """Return the routers of a stage, and the services and middlewares they use."""
    http = configuration["http"]
    prefix = f"{quote(stage_id, safe='')}:"
    routers = {name: router for name, router in http["routers"].items() if name.startswith(prefix)}
    services = {}
    for router in routers.values():
        if (service := http["services"].get(router["service"])) is not None:
            services[router["service"]] = service
            for share in service.get("weighted", {}).get("services", []):
                services[share["name"]] = http["services"][share["name"]]
    used = {name for router in routers.values() for name in router.get("middlewares", [])}
    middlewares = {name: http["middlewares"][name] for name in sorted(used)}
    return {"routers": routers, "services": services, "middlewares": middlewares}


def without_keys(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a configuration as people may see it."""
    hidden = {
        name: {**router, "rule": _KEYS.sub(f"Header(`{KEY_HEADER}`, `...`)", router["rule"])}
        for name, router in part["routers"].items()
    }
    return {**part, "routers": hidden}


def revision(configuration: dict[str, Any]) -> str:
    """Return what tells this configuration from any other."""
    found: str = configuration["http"]["middlewares"][REVISION]["headers"]["customRequestHeaders"]["X-Revision"]
    return found


def as_text(configuration: dict[str, Any]) -> str:
    """Return it as the file Traefik reads: a Go template of YAML, so no text of ours may look like a template."""
    return json.dumps(configuration, indent=1, ensure_ascii=False).replace("{{", "\\u007b\\u007b") + "\n"


def rule(route: Route) -> str:
    """Return the rule that matches a route's calls, in whichever of its spellings a client sends the path."""
    whole = route.prefix + route.path
    if any(character in _RESERVED for character in whole):
        ending = "(?:$|[/:]|%3A)" if route.extends else "$"
        return f"PathRegexp({_quoted(f'^{_spellings(whole)}{ending}')})"
    if not route.extends:
        return f"Path({_quoted(whole)})"
    followed = " || ".join(f"PathPrefix({_quoted(whole + mark)})" for mark in ("/", ":", "%3A"))
    return f"(Path({_quoted(whole)}) || {followed})"


def _add(
    route: Route,
    routers: dict[str, Any],
    services: dict[str, Any],
    middlewares: dict[str, Any],
    refusals: str,
) -> None:
    """Add what one route needs."""
    matched = {"entryPoints": [ENTRY_POINT], "rule": rule(route)}
    ready = route.ready
    owner = (ready or route.targets)[0]
    if route.api_keys is not None:
        routers[_name(route, owner, "keyless")] = {**matched, "priority": _KEYLESS, **_refusing(401, refusals)}
        if not route.api_keys:
            return
        keys = " || ".join(f"Header(`{KEY_HEADER}`, {_quoted(key)})" for key in route.api_keys)
        matched["rule"] = f"{matched['rule']} && ({keys})"
    if not ready:
        routers[_name(route, owner, "unready")] = {**matched, "priority": _ANSWERED, **_refusing(503, refusals)}
        return
    strip = f"strip:{quote(route.prefix, safe='')}"
    middlewares[strip] = {"stripPrefix": {"prefixes": [route.prefix]}}
    if len(ready) == 1:
        part, service = "calls", f"{quote(owner.stage_id, safe='')}:{quote(owner.model_id, safe='')}"
        services[service] = _balanced(owner)
    else:
        # Only services of their own tell whose calls they were; a router's counts are of all together.
        part, service = "split", _name(route, owner, "split")
        shares = [{"name": _name(route, target, "calls"), "weight": target.weight} for target in ready]
        services.update({_name(route, target, "calls"): _balanced(target) for target in ready})
        services[service] = {"weighted": {"services": shares, "healthCheck": {}}}
    routers[_name(route, owner, part)] = {
        **matched,
        "priority": _ANSWERED,
        "middlewares": [*(["hide-key"] if route.api_keys else []), strip, "retry"],
        "service": service,
    }


def _name(route: Route, target: Target, part: str) -> str:
    return str(RouteName(target.stage_id, target.model_id, route.by_default_address, route.path, part))


def _balanced(target: Target) -> dict[str, Any]:
    servers = [{"url": f"http://{address}"} for address in target.addresses]
    return {"loadBalancer": {"servers": servers, "healthCheck": _HEALTH_CHECK}}


def _refusing(status: int, refusals: str) -> dict[str, Any]:
    explain = [f"explain-{status}"] if refusals else []
    return {"middlewares": [*explain, f"refuse-{status}"], "service": "nobody"}


def _without_key() -> dict[str, Any]:
    """Keys are the gateway's business, not the models'."""
    return {"headers": {"customRequestHeaders": {KEY_HEADER: ""}}}


def _quoted(text: str) -> str:
    """Return text as a string of Traefik's rules, which are Go expressions; JSON's escapes are Go's too."""
    return json.dumps(text, ensure_ascii=False) if "`" in text else f"`{text}`"


def _spellings(path: str) -> str:
    """Return a regular expression of a path in which each reserved character may be encoded or not."""
    return "".join(
        f"(?:{re.escape(character)}|{quote(character, safe='')})"
        if character in _RESERVED and character != "/"
        else re.escape(character)
        for character in path
    )
