"""What clients are told of the backend's gateway."""

from __future__ import annotations

from cryptography import x509

from jupyter_easymaker.client.client import EasyMakerClient
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
