"""The names of services, as a cluster's DNS tells them to pods: looked up at the API server for each question."""

from __future__ import annotations

from typing import Any

from dnslib import QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer
from kubernetes import client
from kubernetes.client.rest import ApiException

DOMAIN = "cluster.local"
_SECONDS = 5
"""How long an answer may be kept."""


class ServiceNames(BaseResolver):  # type: ignore[misc]
    """Answers for ``{service}.{namespace}.svc.cluster.local`` and knows nothing else."""

    def __init__(self, core: client.CoreV1Api) -> None:
        self._core = core

    def resolve(self, request: DNSRecord, handler: Any) -> DNSRecord:
        """Return the service's address; of one without its own, those of its pods that are ready."""
        reply = request.reply()
        name = str(request.q.qname).rstrip(".")
        found = self._addresses(name.removesuffix(f".svc.{DOMAIN}")) if name.endswith(f".svc.{DOMAIN}") else None
        if found is None:
            reply.header.rcode = RCODE.NXDOMAIN
        elif request.q.qtype == QTYPE.A:
            for address in found:
                reply.add_answer(RR(request.q.qname, QTYPE.A, rdata=A(address), ttl=_SECONDS))
        return reply

    def _addresses(self, name: str) -> list[str] | None:
        service, _, namespace = name.partition(".")
        try:
            address = self._core.read_namespaced_service(service, namespace).spec.cluster_ip
            if address != "None":
                return [address]
            subsets = self._core.read_namespaced_endpoints(service, namespace).subsets or []
            return [each.ip for subset in subsets for each in subset.addresses or []]
        except ApiException as error:
            if error.status != 404:
                raise
            return None


def serve(core: client.CoreV1Api, address: str) -> DNSServer:
    """Answer at an address of this machine's until the server is stopped."""
    server = DNSServer(ServiceNames(core), address=address, port=53, logger=DNSLogger("error"))
    server.start_thread()
    return server
