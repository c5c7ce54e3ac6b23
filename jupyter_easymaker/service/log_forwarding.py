"""The log service the operator named, as settings say it."""

from __future__ import annotations

from pathlib import Path

from traitlets import TraitError

from ..engines.service import FullEngine
from ..logs.archive import LogArchive
from ..logs.forward import Destination, Format, LogAndCrash, OpenTelemetry
from ..logs.positions import Positions
from ..reconcilers.log_forwarder import LogForwarder
from ..store.database import Database
from .config import ServiceConfig


def log_forwarder(
    config: ServiceConfig, database: Database, engine: FullEngine, archive: LogArchive
) -> LogForwarder | None:
    """Return what sends logs, None if the operator named no service.

    Raises:
        TraitError: the settings do not fit together; says what is missing.
    """
    if not config.log_forward_url:
        return None
    form: Format
    if config.log_forward_format == "otlp":
        form = OpenTelemetry()
    elif config.log_forward_appkeys:
        form = LogAndCrash(config.log_forward_appkeys)
    else:
        raise TraitError(
            "log_forward_url needs log_forward_appkeys, such as {'*': APPKEY}: Log & Crash Search takes lines for an "
            "appkey only. Or set log_forward_format to 'otlp'."
        )
    destination = Destination(config.log_forward_url, form, config.log_forward_headers)
    return LogForwarder(database, engine, archive, Positions(Path(config.shared_dir) / "log-positions"), destination)
