"""Finished results, uploaded while the rest is scored: a stop then finds little left to do, and the disk is freed."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Sequence

from ..storage.access import StorageError, stage_out
from ..storage.config import StorageConfig
from .results import ERRORS, RESULTS

_SECONDS = 2.0


class Uploader:
    """A thread that uploads the files of pieces that are done, in their order, and removes them.

    Args:
        results: where pieces' files are written.
        outgoing: where they lie while they are uploaded; what an earlier pod left there is uploaded first.
        names: of all pieces.
        done: tells how many of them are done for good.
        on_failure: called, from the thread, with why nothing can be uploaded.
    """

    def __init__(
        self,
        results: str,
        outgoing: str,
        uri: str,
        storage: StorageConfig,
        names: Sequence[str],
        done: Callable[[], int],
        on_failure: Callable[[str], None],
    ) -> None:
        self._results = results
        self._outgoing = outgoing
        self._uri = uri
        self._storage = storage
        self._names = names
        self._done = done
        self._on_failure = on_failure
        self._moved = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uploads", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Let the upload at hand end; what follows is the caller's."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(_SECONDS):
            try:
                self._upload_done()
            except (StorageError, OSError) as error:
                self._on_failure(f"The results could not be uploaded: {error}.")
                return

    def _upload_done(self) -> None:
        done = self._done()
        if done == self._moved and not os.path.isdir(self._outgoing):
            return
        for name in self._names[self._moved : done]:
            for suffix in (RESULTS, ERRORS):
                self._move(name + suffix)
        self._moved = done
        stage_out(self._outgoing, self._uri, self._storage)
        shutil.rmtree(self._outgoing)

    def _move(self, file: str) -> None:
        source, target = os.path.join(self._results, file), os.path.join(self._outgoing, file)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.exists(source):  # else there were no errors, or it is uploaded already
            os.replace(source, target)
