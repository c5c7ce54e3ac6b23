"""The certificates of a gateway on one machine: an authority of its own, and what it vouches for.

The authority is made once and stays; what the gateway shows is renewed long before it ends. Clients get a file of the
authorities they trusted before and this one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..trusted import trusted_file
from .base import GatewayError
from .files import locked, write_private

_AUTHORITY_DAYS = 3650
_LEAF_DAYS = 365  # clients refuse longer ones
_RENEW_DAYS = 60
_CLOCK_SKEW = timedelta(days=1)


class CertificateAuthority:
    """An authority in a directory, made at first use.

    Args:
        directory: where its files lie; only its owner may look into it.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self.certificate = directory / "authority.pem"
        self._key_path = directory / "authority.key"

    @property
    def bundle(self) -> Path:
        """The file of certificates clients verify with."""
        return self._directory / "bundle.pem"

    def leaf(self, names: Sequence[str]) -> tuple[Path, Path]:
        """Return the paths of a certificate for these names and of its key, renewed where it is time."""
        with locked(self._directory / "lock"):
            authority, authority_key = self._authority()
            self._write_bundle(authority)
            for path in sorted(self._directory.glob("leaf-*.pem"), reverse=True):
                key_path = path.with_suffix(".key")
                if key_path.exists() and _good(x509.load_pem_x509_certificate(path.read_bytes()), names, authority):
                    return path, key_path
            return self._issue(names, authority, authority_key)

    def _authority(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        if not self.certificate.exists():  # the key is written first: one alone was never in use
            key = ec.generate_private_key(ec.SECP256R1())
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "EasyMaker gateway of this machine")])
            usage = x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            )
            certificate = (
                _builder(name, name, key.public_key(), _AUTHORITY_DAYS)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(usage, critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
                .sign(key, hashes.SHA256())
            )
            write_private(self._key_path, _pem(key))
            write_private(self.certificate, certificate.public_bytes(serialization.Encoding.PEM))
        certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        found = serialization.load_pem_private_key(self._key_path.read_bytes(), password=None)
        if not isinstance(found, ec.EllipticCurvePrivateKey) or found.public_key() != certificate.public_key():
            raise GatewayError(
                f"{self._key_path} is not the key of {self.certificate.name} beside it. Remove both: a new "
                "authority is made, and kernels and terminals trust it once they are started again."
            )
        return certificate, found

    def _issue(
        self, names: Sequence[str], authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey
    ) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "EasyMaker gateway")])
        certificate = (
            _builder(subject, authority.subject, key.public_key(), _LEAF_DAYS)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
            .sign(authority_key, hashes.SHA256())
        )
        # A name of its own: the gateway takes it into use because its configuration names another file.
        path = self._directory / f"leaf-{datetime.now(UTC):%Y%m%d%H%M%S%f}.pem"
        write_private(path.with_suffix(".key"), _pem(key))
        write_private(path, certificate.public_bytes(serialization.Encoding.PEM))
        for old in sorted(self._directory.glob("leaf-*.pem"))[:-2]:  # the one before may be in force for a moment
            for file in (old, old.with_suffix(".key")):
                file.unlink(missing_ok=True)
        return path, path.with_suffix(".key")

    def _write_bundle(self, authority: x509.Certificate) -> None:
        trusted = trusted_file(self.bundle).read_bytes()
        whole = trusted.rstrip(b"\n") + b"\n" + authority.public_bytes(serialization.Encoding.PEM)
        if not self.bundle.exists() or self.bundle.read_bytes() != whole:
            write_private(self.bundle, whole)


def _good(certificate: x509.Certificate, names: Sequence[str], authority: x509.Certificate) -> bool:
    if certificate.not_valid_after_utc < datetime.now(UTC) + timedelta(days=_RENEW_DAYS):
        return False
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if set(found) != {_general_name(name) for name in names}:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):  # another authority's
        return False
    return True


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
