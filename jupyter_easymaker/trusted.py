"""Which certificate authorities programs on this machine trust: what is added to them is added to all of them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi

CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""What Python's ssl and httpx read, and what requests does."""

_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


def is_chosen(path: str) -> bool:
    """Return whether a variable's value was chosen by somebody: it is neither empty nor what is used without it."""
    default = ssl.get_default_verify_paths().openssl_cafile
    return bool(path) and path not in (*_SYSTEM_FILES, default, certifi.where())


def trusted_file(own: Path | None = None) -> Path:
    """Return the file of authorities in use: the one a variable names, the system's, or certifi's.

    Args:
        own: a file made from what this returns, which is not to be taken into itself.
    """
    for variable in CA_VARIABLES:
        given = os.environ.get(variable, "")
        if given and Path(given) != own and Path(given).is_file():
            return Path(given)
    system = ssl.get_default_verify_paths().openssl_cafile
    return Path(system) if system and Path(system).is_file() else Path(certifi.where())
