"""Kubernetes built from Debian's own source package, once, into a cache: what the tests' cluster runs.

Debian ships the source with everything it needs vendored, so no module proxy and no download of binaries is involved.
Two busy cores take about ten minutes; later runs find what is in the cache.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

PACKAGES = (
    "golang-go", "golang-github-modern-go-reflect2-dev", "dpkg-dev", "gcc", "libc6-dev",
    "etcd-server", "containerd", "runc", "containernetworking-plugins", "iptables", "postgresql",
)  # fmt: skip
COMMANDS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
_VERSION = "1.20.2"
_PAUSE = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"
_SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))


class ClusterUnavailable(Exception):
    """This machine cannot run the tests' cluster; the text says why and what to do."""


def ensure() -> Path:
    """Return the directory of the binaries, after building what is not there.

    Raises:
        ClusterUnavailable: not root, not Debian, or a build step fails.
    """
    if os.geteuid() != 0:
        raise ClusterUnavailable("the cluster of the tests needs root: it mounts, makes namespaces and a bridge")
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install_packages()
        missing = [name for name in (*COMMANDS, "pause") if not (cache / "bin" / name).exists()]
        if missing:
            _build(cache, missing)
    return cache / "bin"


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "jupyter-easymaker-tests" / f"kubernetes-{_VERSION}-{platform.machine()}"


def _run(command: list[str], **arguments: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **arguments)  # type: ignore[call-overload]
    if done.returncode != 0:
        raise ClusterUnavailable(f"{' '.join(command)[:200]} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return str(done.stdout)


def _install_packages() -> None:
    installed = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ", *PACKAGES],
        capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    if len(installed) == len(PACKAGES) and set(installed) == {"installed"}:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], env=environment)
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], env=environment)


def _build(cache: Path, missing: list[str]) -> None:
    work = cache / "build"
    shutil.rmtree(work, ignore_errors=True)
    source = _source(work)
    # The vendored one does not know this Go.
    reflect2 = source / "vendor/github.com/modern-go/reflect2"
    shutil.rmtree(reflect2)
    shutil.copytree("/usr/share/gocode/src/github.com/modern-go/reflect2", reflect2)
    link = work / "gopath/src/k8s.io/kubernetes"
    link.parent.mkdir(parents=True)
    link.symlink_to(source)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GO")},
        "GOPATH": str(work / "gopath"),
        "GOCACHE": str(work / "gocache"),
        "GO111MODULE": "off",
        "CGO_ENABLED": "0",
        "PWD": str(link),  # where Go takes itself to be, not where the link leads
    }
    binaries = cache / "bin"
    binaries.mkdir(exist_ok=True)
    if "kube-apiserver" in missing:
        _generate_openapi(link, work, environment)
    version = "k8s.io/component-base/version"
    flags = f"-s -w -X {version}.gitVersion=v{_VERSION} -X {version}.gitMajor=1 -X {version}.gitMinor=20"
    for name in (each for each in COMMANDS if each in missing):
        new = binaries / f"{name}.new"
        command = [
            "go",
            "build",
            "-tags",
            "providerless dockerless",
            "-ldflags",
            flags,
            "-o",
            str(new),
            f"./cmd/{name}",
        ]
        _run(command, cwd=link, env=environment)
        new.rename(binaries / name)
    (work / "pause.c").write_text(_PAUSE)
    _run(["gcc", "-static", "-Os", "-o", str(binaries / "pause"), str(work / "pause.c")])
    shutil.rmtree(work)


def _source(work: Path) -> Path:
    """Fetch and unpack the source package from where this machine's packages come from."""
    (work / "lists/partial").mkdir(parents=True)
    (work / "parts").mkdir()
    files = [_SOURCES[0], *_SOURCES[1].glob("*")]
    for path in (each for each in files if each.is_file() and each.suffix in (".list", ".sources")):
        text = path.read_text()
        if path.suffix == ".list":
            text = re.sub(r"^deb ", "deb-src ", text, flags=re.MULTILINE)
        else:
            text = re.sub(r"^Types:.*$", "Types: deb-src", text, flags=re.MULTILINE)
        if "debian" in text:
            (work / "parts" / path.name).write_text(text)
    options = [
        f"-oDir::Etc::SourceList={os.devnull}",
        f"-oDir::Etc::SourceParts={work / 'parts'}",
        f"-oDir::State::Lists={work / 'lists'}",
        "-oAPT::Sandbox::User=root",
    ]
    subprocess.run(["apt-get", *options, "update", "-qq"], capture_output=True, check=False)  # others' may not answer
    _run(["apt-get", *options, "source", "-qq", "kubernetes"], cwd=work)
    found = [path for path in work.glob("kubernetes-*") if path.is_dir()]
    if not found or _VERSION not in found[0].name:
        raise ClusterUnavailable(f"Debian's kubernetes is not {_VERSION} any more but {[each.name for each in found]}")
    return found[0]


def _generate_openapi(source: Path, work: Path, environment: dict[str, str]) -> None:
    """Make the one file of the API server that the source package leaves to be generated."""
    generator = work / "openapi-gen"
    _run(
        ["go", "build", "-o", str(generator), "./vendor/k8s.io/kube-openapi/cmd/openapi-gen"],
        cwd=source, env=environment,
    )  # fmt: skip
    left_out = re.compile(r"staging/src/k8s.io/(code-generator|sample-apiserver)/|_test\.go$|zz_generated")
    tagged = _run(["grep", "-rl", "--include=*.go", "+k8s:openapi-gen=", "pkg", "staging/src/k8s.io"], cwd=source)
    directories = sorted({str(Path(file).parent) for file in tagged.splitlines() if not left_out.search(file)})
    packages = [f"k8s.io/kubernetes/{re.sub('^staging/src/', 'vendor/', each)}" for each in directories]
    _run(
        [
            str(generator), "--logtostderr", "-i", ",".join(packages),
            "-p", "k8s.io/kubernetes/pkg/generated/openapi", "-O", "zz_generated.openapi",
            "-h", "vendor/k8s.io/code-generator/hack/boilerplate.go.txt", "-r", str(work / "violations"),
        ],
        cwd=source, env=environment,
    )  # fmt: skip
