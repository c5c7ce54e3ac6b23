"""What clients are told of the backend: its gateway, and whether there are notebooks."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from jupyter_easymaker.client.client import EasyMakerClient
from tests.api.notebooks import backend_of_a_hub, client_of
from tests.conftest import RunningBackend


def test_configuration_tells_the_gateways_address_and_authority(backend: RunningBackend) -> None:
    with EasyMakerClient(backend.url, backend.appkey, backend.token) as client:
        found = client.get("configuration")["configuration"]["gateway"]
    host, port = found["address"].rsplit(":", 1)
    assert host == "127.0.0.1"
    assert 0 < int(port) < 65536
    authority = x509.load_pem_x509_certificate(found["certificateAuthority"].encode())
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert "PRIVATE KEY" not in found["certificateAuthority"]


def test_configuration_tells_whether_there_is_a_hub(backend: RunningBackend, tmp_path: Path) -> None:
    assert backend.get("configuration")["configuration"]["hasHub"] is False
    with backend_of_a_hub(tmp_path) as of_a_hub, client_of(of_a_hub, "ada") as client:
        assert client.get("configuration").json()["configuration"]["hasHub"] is True
