"""The authority of a gateway and what it vouches for."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509

from jupyter_easymaker.gateway import certificates
from jupyter_easymaker.gateway.base import GatewayError
from jupyter_easymaker.gateway.certificates import CertificateAuthority

_NAMES = ["127.0.0.1", "::1", "localhost", "models.example"]


def loaded(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_leaf_is_for_all_names_and_kept(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    leaf, key = authority.leaf(_NAMES)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(leaf, key)
    names = loaded(leaf).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == set(_NAMES)
    assert CertificateAuthority(tmp_path).leaf(_NAMES) == (leaf, key)


def test_leaf_for_other_names_is_issued_by_the_same_authority(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    leaf, _ = authority.leaf(_NAMES)
    bundle = authority.bundle.read_bytes()
    other, _ = authority.leaf([*_NAMES, "more.example"])
    assert other != leaf
    assert authority.bundle.read_bytes() == bundle, "clients need not be told again"
    loaded(other).verify_directly_issued_by(loaded(tmp_path / "authority.pem"))


def test_leaf_is_renewed_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = CertificateAuthority(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(certificates, "_LEAF_DAYS", 30)
        ending, _ = authority.leaf(_NAMES)
    renewed, _ = authority.leaf(_NAMES)
    assert renewed != ending
    assert loaded(renewed).not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)


def test_authority_lasts_ten_years_and_signs_leaves_only(tmp_path: Path) -> None:
    CertificateAuthority(tmp_path).leaf(_NAMES)
    authority = loaded(tmp_path / "authority.pem")
    assert authority.not_valid_after_utc > datetime.now(UTC) + timedelta(days=3640)
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)


def test_bundle_holds_what_was_trusted_before_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    authority = CertificateAuthority(tmp_path / "own")
    authority.leaf(_NAMES)
    known = len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs())
    assert len(ssl.create_default_context(cafile=str(authority.bundle)).get_ca_certs()) == known + 1
    # A backend whose variables already name the bundle does not put it into itself.
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    authority.leaf(_NAMES)
    assert authority.bundle.read_bytes().count((tmp_path / "own" / "authority.pem").read_bytes()) == 1


def test_key_that_is_not_the_authoritys_is_told(tmp_path: Path) -> None:
    CertificateAuthority(tmp_path / "a").leaf(_NAMES)
    CertificateAuthority(tmp_path / "b").leaf(_NAMES)
    (tmp_path / "a" / "authority.key").replace(tmp_path / "b" / "authority.key")
    with pytest.raises(GatewayError, match="not the key"):
        CertificateAuthority(tmp_path / "b").leaf(_NAMES)


def test_authority_whose_making_was_cut_off_is_made_again(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    authority.leaf(_NAMES)
    (tmp_path / "authority.pem").unlink()  # killed after the key was written
    leaf, _ = authority.leaf(_NAMES)
    loaded(leaf).verify_directly_issued_by(loaded(tmp_path / "authority.pem"))
