"""How the Traefik process is set up: what stays for as long as it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .routes import ENTRY_POINT, PRIVATE_ENTRY_POINT
from .statistics import BOUNDS

DRAIN_SECONDS = 10


def static_configuration(
    *, address: str, private_address: str, dynamic_file: Path, log_file: Path, client_seconds: int
) -> dict[str, Any]:
    """Return Traefik's static configuration.

    Args:
        address: ``host:port`` for calls.
        private_address: ``host:port`` for the API and the counts.
        dynamic_file: where the routes are.
        log_file: where it writes what goes wrong; it is kept short.
        client_seconds: how long a client may take to send a call.
    """
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "entryPoints": {
            ENTRY_POINT: {
                "address": address,
                "reusePort": True,  # a new one takes over before the old one stops
                "http": {
                    "tls": {},
                    "sanitizePath": True,
                    "maxHeaderBytes": 64 * 1024,
                    # A model's name may have the others; these change what a path means to whoever decodes it later.
                    "encodedCharacters": {
                        "allowEncodedSlash": False,
                        "allowEncodedBackSlash": False,
                        "allowEncodedNullCharacter": False,
                        "allowEncodedSemicolon": True,
                        "allowEncodedPercent": True,
                        "allowEncodedQuestionMark": True,
                        "allowEncodedHash": True,
                    },
                },
                "transport": {
                    "respondingTimeouts": {
                        "readTimeout": f"{client_seconds}s",
                        "writeTimeout": "0s",
                        "idleTimeout": "180s",
                    },
                    "lifeCycle": {"requestAcceptGraceTimeout": "0s", "graceTimeOut": f"{DRAIN_SECONDS}s"},
                },
            },
            PRIVATE_ENTRY_POINT: {
                "address": private_address,
                "observability": {"accessLogs": False, "metrics": False, "tracing": False},
            },
        },
        "providers": {
            "providersThrottleDuration": "50ms",
            "file": {"filename": str(dynamic_file), "watch": True},
        },
        # Shorter than a replica keeps an idle connection, so that none is used just as it is closed.
        "serversTransport": {
            "maxIdleConnsPerHost": 256,
            "forwardingTimeouts": {"dialTimeout": "2s", "idleConnTimeout": "4s"},
        },
        "api": {"dashboard": False, "insecure": False, "disableDashboardAd": True},
        "metrics": {
            "prometheus": {
                "manualRouting": True,
                "addEntryPointsLabels": False,
                "addRoutersLabels": True,
                "addServicesLabels": True,
                "buckets": list(BOUNDS),
            }
        },
        "log": {"level": "ERROR", "format": "json", "filePath": str(log_file), "maxSize": 10, "maxBackups": 1},
    }
