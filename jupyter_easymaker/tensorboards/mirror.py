"""TensorBoard's event files of a storage directory, kept in a directory of this machine while somebody looks.

TensorBoard reads local files only. Of an object storage they are copied, and copied again when they have grown; of a
directory of this machine they are linked one by one, so that no link among them leads TensorBoard out of the storage.
"""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..storage.access import Place, StorageError, StorageErrorCode
from ..storage.copying import Counter, in_parallel
from ..storage.failures import explain, explained, human_bytes
from ..storage.tree import File

_LOG = logging.getLogger(__name__)
_MIRROR_DIRECTORY = "the backend's data directory"
_UNFIT = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG)
"""A file cannot be called so here: another's name is a directory in its, or it is too long."""
_TRIES = 3


@dataclass(frozen=True)
class MirrorSettings:
    """What a mirror may take, and when it looks."""

    files: int = 1000
    """At most so many event files."""
    bytes: int = 4 * 10**9
    """At most so much of them is copied."""
    look_at: int = 200_000
    """A directory with more files and directories is not looked through."""
    every_seconds: float = 10.0
    watched_seconds: float = 90.0
    """Somebody looks who has asked so long ago; TensorBoard's page asks every 30 seconds."""
    wait_seconds: float = 10.0
    """Who asks waits so long for a look to end."""


class Mirror:
    """The event files of one storage directory; kept up to date by a thread of its own, gone when it is closed.

    Args:
        place: the storage directory.
        wanted: tells an event file by its name.
        directory: a new directory of this machine, which is the mirror's from now on.
    """

    def __init__(self, place: Place, wanted: Callable[[str], bool], directory: Path, settings: MirrorSettings) -> None:
        self.logs = directory / "logs"
        """What TensorBoard reads."""
        self._place = place
        self._wanted = wanted
        self._directory = directory
        self._settings = settings
        self._held: dict[str, File] = {}
        """By name: what was copied or linked, as the storage listed it then."""
        self._unfit: set[str] = set()
        self._changing = threading.Condition()
        self._counter: Counter | None = None
        self._closed = False
        self._at_once = False
        self._made_at = self._asked_at = time.monotonic()
        self._looks = 0
        self._good = 0
        self._error: StorageError | None = None
        self.logs.mkdir(parents=True)
        (directory / "parts").mkdir()
        threading.Thread(target=self._run, name="tensorboard-mirror", daemon=True).start()

    def asked(self) -> None:
        """Note that somebody looks; a new mirror's first look at the storage is waited for, for some seconds.

        Raises:
            StorageError: nothing could be read so far.
        """
        with self._changing:
            self._note()
            seconds = self._made_at + self._settings.wait_seconds - time.monotonic()
            self._changing.wait_for(lambda: self._looks or self._closed, max(0.0, seconds))
            if self._error is not None and not self._good:
                raise self._error

    def looked(self) -> None:
        """Have a look at the storage now, and wait for its end, for some seconds if there is much to copy.

        Raises:
            StorageError: it cannot be read, or holds too much.
        """
        with self._changing:
            self._at_once = True
            self._note()
            wanted = self._looks + 1
            self._changing.wait_for(lambda: self._looks >= wanted or self._closed, self._settings.wait_seconds)
            if self._error is not None and self._looks >= wanted:
                raise self._error

    def close(self) -> None:
        """End copying, and have the files removed. Returns at once."""
        with self._changing:
            self._closed = True
            if self._counter is not None:
                self._counter.cancel()
            self._changing.notify_all()

    @property
    def good(self) -> bool:
        """Something was read once."""
        return self._good > 0

    def _note(self) -> None:
        self._asked_at = time.monotonic()
        self._changing.notify_all()

    def _run(self) -> None:
        try:
            while not self._closed:
                error = self._tried()
                with self._changing:
                    self._looks += 1
                    self._good += error is None
                    self._error = error
                    self._changing.notify_all()
                    self._rest()
        finally:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _rest(self) -> None:
        """Wait until it is time for another look. Call it with the lock held."""
        settings, ended = self._settings, time.monotonic()

        def wait_for() -> float:
            now = time.monotonic()
            return ended + settings.every_seconds - now if now - self._asked_at < settings.watched_seconds else 3600.0

        while not self._closed and not self._at_once and (seconds := wait_for()) > 0:
            self._changing.wait(seconds)
        self._at_once = False

    def _tried(self) -> StorageError | None:
        try:
            self.refresh()
        except StorageError as error:
            if self._good and self._error is None:
                _LOG.warning("a TensorBoard shows what it has read before: %s", error)
            return error
        except Exception:
            if self._closed:  # the copy was cancelled
                return None
            _LOG.exception("TensorBoard's event files in %s could not be read", self._place.uri)
            return StorageError(
                StorageErrorCode.FAILED, f"{self._place.uri} could not be read; the backend's log says why"
            )
        return None

    def refresh(self) -> None:
        """Make the mirror what the storage holds now.

        Raises:
            StorageError: it cannot be read, holds too much, or there is no room for it here.
        """
        for _ in range(_TRIES):
            listed = self._listed()
            for name in self._held.keys() - listed.keys():
                (self.logs / name).unlink(missing_ok=True)
                del self._held[name]
            changed = [file for name, file in listed.items() if not self._is_held(file)]
            failed = self._take(changed)
            if not failed or self._closed:
                return
            listed = self._listed()
            for file, error in failed.items():
                if listed.get(file.name) == file:  # else it was written while it was copied
                    raise error
        # Something is written all the time: there is another look soon.

    def _is_held(self, file: File) -> bool:
        held = self._held.get(file.name)
        return held is not None and (held == file if self._place.remote else held.path == file.path)

    def _listed(self) -> dict[str, File]:
        place, settings = self._place, self._settings
        found = {file.name: file for file in place.find(self._wanted, settings.look_at)}
        if len(found) > settings.files:
            raise StorageError(
                StorageErrorCode.INVALID,
                f"{place.uri} holds {len(found):,} TensorBoard event files, and TensorBoard shows at most "
                f"{settings.files:,} of a storage (ServiceConfig.tensorboard_storage_files); choose a directory "
                "further down",
            )
        size = sum(file.size for file in found.values())
        if place.remote and size > settings.bytes:
            raise StorageError(
                StorageErrorCode.INVALID,
                f"{place.uri} holds {human_bytes(size)} of TensorBoard event files, and TensorBoard reads at most "
                f"{human_bytes(settings.bytes)} of a storage (ServiceConfig.tensorboard_storage_gb); choose a "
                "directory further down",
            )
        return found

    def _take(self, files: Sequence[File]) -> dict[File, StorageError]:
        """Copy or link files; return those that the storage did not give."""
        failed: dict[File, StorageError] = {}
        with self._changing:
            self._counter = counter = Counter(files, None)
            if self._closed:
                counter.cancel()

        def take(file: File) -> None:
            try:
                self._take_one(file, counter)
            except StorageError as error:
                failed[file] = error
            else:
                self._held[file.name] = file

        if files:
            in_parallel(files, take, self._place.threads)
        return failed

    def _take_one(self, file: File, counter: Counter) -> None:
        target = self.logs / file.name
        with tempfile.TemporaryDirectory(dir=self._directory / "parts") as made:
            part = Path(made) / "part"
            try:
                if self._place.remote:
                    self._place.fetch(file, str(part), 0o600, counter)
                else:
                    part.symlink_to(file.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                part.replace(target)  # TensorBoard reads the old file or the new one, each whole
            except OSError as error:
                if self._closed:
                    raise
                if error.errno not in _UNFIT:
                    raise explain(error, self._place.uri, _MIRROR_DIRECTORY) from error
                if file.name not in self._unfit:
                    self._unfit.add(file.name)
                    _LOG.warning("%s/%s is not shown: %s", self._place.uri, file.name, error.strerror)


class Mirrors:
    """The mirrors of this backend, by key. Safe to use from several threads.

    Args:
        directory: where they lie; who gives it removes what a backend that was killed has left there.
        wanted: tells an event file by its name.
    """

    def __init__(self, directory: Path, wanted: Callable[[str], bool], settings: MirrorSettings | None = None) -> None:
        self._directory = directory
        self._wanted = wanted
        self._settings = settings or MirrorSettings()
        self._mirrors: dict[str, Mirror] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._mirrors)

    def logs(self, key: str, place: Place, *, now: bool) -> Path:
        """Return the directory with a storage directory's event files, mirrored from now on.

        Args:
            key: names it.
            now: have a look at the storage before, and tell what is wrong with it now.

        Raises:
            StorageError: it cannot be read, or holds too much.
        """
        with self._lock:
            mirror = self._mirrors.get(key)
            if mirror is None:
                with explained(place.uri, writing_to=_MIRROR_DIRECTORY):
                    self._directory.mkdir(parents=True, exist_ok=True)
                    made = Path(tempfile.mkdtemp(dir=self._directory))
                    mirror = Mirror(place, self._wanted, made, self._settings)
                self._mirrors[key] = mirror
                now = False
        try:
            mirror.looked() if now else mirror.asked()
        except StorageError:
            if not mirror.good:
                self._close(key, mirror)
            raise
        return mirror.logs

    def close(self, key: str) -> None:
        """End a mirror and have its files removed."""
        mirror = self._mirrors.get(key)
        if mirror is not None:
            self._close(key, mirror)

    def _close(self, key: str, mirror: Mirror) -> None:
        with self._lock:
            if self._mirrors.get(key) is mirror:
                del self._mirrors[key]
        mirror.close()

    def close_all(self) -> None:
        for key in list(self._mirrors):
            self.close(key)
