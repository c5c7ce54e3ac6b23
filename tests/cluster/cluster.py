"""A real Kubernetes of one node on this machine: etcd, API server, controllers, scheduler, kubelet, kube-proxy,
containerd.

Pods are on a bridge of their own (10.112.0.0/24); this machine is its first address there. Services have addresses in
10.113.0.0/24, which kube-proxy leads to pods, and names (``names.py``). Volumes are directories that the controller
manager provides. Images (``images.py``) hold empty directories only: pods see this machine's programs, the repository
and its environment by read-only host paths.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dnslib.server import DNSServer
from kubernetes import client, config
from kubernetes.stream import stream

from tests.cluster import binaries, images, names
from tests.ports import free_port
from tests.waiting import wait_for

TOKEN = "cluster-token-only-tests-know"
GATEWAY = "10.112.0.1"
"""This machine, as pods reach it."""
_BRIDGE = "easymaker0"
_SERVICES = "10.113.0.0/24"
_UNIFIED = Path("/sys/fs/cgroup/cgroup.controllers")
"""There with cgroup v2."""
_ROUTE_LOCAL = Path("/proc/sys/net/ipv4/conf/all/route_localnet")
"""kube-proxy turns it on."""
_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"

_CONTAINERD = """
version = 2
root = "{directory}/containerd"
state = "{run}/containerd"
[grpc]
address = "{run}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/pause:test"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{directory}/cni"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{directory}/registries"
"""

_NETWORK = {
    "cniVersion": "0.4.0",
    "name": "easymaker",
    "plugins": [
        {
            "type": "bridge",
            "bridge": _BRIDGE,
            "isGateway": True,
            "hairpinMode": True,
            "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": "10.112.0.0/24"}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        }
    ],
}


@dataclass
class Cluster:
    """The running cluster."""

    directory: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    port: int = 0
    names: DNSServer | None = None

    @property
    def kubeconfig(self) -> Path:
        return self.directory / "kubeconfig"

    @property
    def api(self) -> client.ApiClient:
        """A connection to the API server, as an administrator."""
        return config.new_client_from_config(str(self.kubeconfig))

    @property
    def core(self) -> client.CoreV1Api:
        """The core API, as an administrator."""
        return client.CoreV1Api(self.api)

    def start(self) -> None:
        """Start everything and wait until pods can be scheduled."""
        self._programs = binaries.ensure()
        self._run = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
        self.port, self._etcd = free_port(), f"http://127.0.0.1:{free_port()}"
        self._route_local = _ROUTE_LOCAL.read_text()
        self._cgroup_root = f"/easymaker-{os.getpid()}"
        self._write_files()
        self._make_cgroups()
        self._make_bridge()
        self._start("etcd", self._etcd_command())
        self._start("containerd", ["containerd", "--config", str(self.directory / "containerd.toml")])
        self._start("kube-apiserver", self._api_server_command())
        wait_for(self._answers, 90)
        configuration = f"--kubeconfig={self.kubeconfig}"
        self._start(
            "kube-controller-manager",
            [
                configuration, "--leader-elect=false", "--port=0", f"--secure-port={free_port()}",
                f"--service-account-private-key-file={self.directory / 'service-account.key'}",
                "--enable-hostpath-provisioner", f"--cert-dir={self.directory / 'controllers'}",
            ],
        )  # fmt: skip
        self._start(
            "kube-scheduler", [configuration, "--leader-elect=false", "--port=0", f"--secure-port={free_port()}"]
        )
        self._import_images()
        self._start("kubelet", self._kubelet_command())
        self._start("kube-proxy", self._kube_proxy_command())
        self.names = names.serve(self.core, GATEWAY)
        self.make_storage_class("test", "kubernetes.io/host-path", default=True)
        wait_for(self._node_is_ready, 90)

    def stop(self) -> None:
        """End everything, pods first."""
        try:
            if self.port and self.processes:
                self._end_pods()
        finally:
            for process in reversed(self.processes):
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if self.names is not None:
                self.names.stop()
            self._forget_services()
            self._unmount()
            subprocess.run(["ip", "link", "delete", _BRIDGE], capture_output=True, check=False)
            for top in self._cgroups():
                for path in sorted(top.rglob("*/"), key=lambda each: -len(each.parts)):
                    path.rmdir()
                top.rmdir()
            shutil.rmtree(self._run, ignore_errors=True)

    def log(self, name: str) -> str:
        """Return the end of what one of the programs printed."""
        return (self.directory / f"{name}.log").read_text(errors="replace")[-6000:]

    def _start(self, name: str, arguments: list[str]) -> None:
        own = self._programs / name
        command = [str(own), *arguments] if own.exists() else arguments
        with (self.directory / f"{name}.log").open("wb") as log:
            environment = {**os.environ, "PATH": _PATH}
            self.processes.append(
                subprocess.Popen(
                    command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, env=environment,
                    cwd=self.directory,
                )
            )  # fmt: skip

    def _etcd_command(self) -> list[str]:
        peer = f"http://127.0.0.1:{free_port()}"
        return [
            "etcd", "--data-dir", str(self.directory / "etcd"),
            "--listen-client-urls", self._etcd, "--advertise-client-urls", self._etcd,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
        ]  # fmt: skip

    def _api_server_command(self) -> list[str]:
        key = self.directory / "service-account.key"
        return [
            f"--etcd-servers={self._etcd}", f"--secure-port={self.port}", "--bind-address=127.0.0.1",
            "--endpoint-reconciler-type=none", "--allow-privileged=true", "--authorization-mode=Node,RBAC",
            f"--token-auth-file={self.directory / 'tokens.csv'}", f"--cert-dir={self.directory / 'api-server'}",
            f"--service-cluster-ip-range={_SERVICES}", "--service-account-issuer=https://easymaker.test",
            f"--service-account-signing-key-file={key}", f"--service-account-key-file={key}",
        ]  # fmt: skip

    def _kubelet_command(self) -> list[str]:
        return [
            f"--kubeconfig={self.kubeconfig}", f"--config={self.directory / 'kubelet.json'}",
            "--container-runtime=remote", f"--container-runtime-endpoint=unix://{self._run}/containerd.sock",
            f"--root-dir={self.directory / 'kubelet'}", "--hostname-override=127.0.0.1",
            f"--cert-dir={self.directory / 'kubelet-certificates'}",
        ]  # fmt: skip

    def _kube_proxy_command(self) -> list[str]:
        return [
            f"--kubeconfig={self.kubeconfig}", "--proxy-mode=iptables", "--masquerade-all",
            "--hostname-override=127.0.0.1", f"--healthz-bind-address=127.0.0.1:{free_port()}",
            f"--metrics-bind-address=127.0.0.1:{free_port()}", "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0s", "--conntrack-tcp-timeout-close-wait=0s",
        ]  # fmt: skip

    def _forget_services(self) -> None:
        """Take kube-proxy's rules away."""
        program = self._programs / "kube-proxy"
        subprocess.run([program, "--cleanup"], capture_output=True, check=False, env={**os.environ, "PATH": _PATH})
        _ROUTE_LOCAL.write_text(self._route_local)

    def _write_files(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "tokens.csv").write_text(f'{TOKEN},tests,tests,"system:masters"\n')
        key = str(self.directory / "service-account.key")
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], capture_output=True, check=True)
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "test",
                    "cluster": {"server": f"https://127.0.0.1:{self.port}", "insecure-skip-tls-verify": True},
                }
            ],
            "users": [{"name": "tests", "user": {"token": TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "tests", "namespace": "default"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(json.dumps(kubeconfig))
        kubelet = {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": "127.0.0.1",
            "port": free_port(),
            "readOnlyPort": 0,
            "healthzPort": 0,
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": "/" if _UNIFIED.exists() else self._cgroup_root,
            "failSwapOn": False,
            "enforceNodeAllocatable": [],
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "clusterDNS": [GATEWAY],
            "clusterDomain": names.DOMAIN,
            "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "syncFrequency": "10s",
        }
        (self.directory / "kubelet.json").write_text(json.dumps(kubelet))
        (self.directory / "cni").mkdir()
        (self.directory / "cni/10-easymaker.conflist").write_text(json.dumps(_NETWORK))
        toml = _CONTAINERD.format(directory=self.directory, run=self._run)
        (self.directory / "containerd.toml").write_text(toml)

    def _cgroups(self) -> list[Path]:
        """Return where this cluster's pods are among the machine's processes (cgroup v1).

        A kubelet ends what it finds in its groups and does not know: one that an earlier run left must not find ours.
        """
        controllers = [each for each in Path("/sys/fs/cgroup").iterdir() if (each / "cgroup.procs").exists()]
        return [] if _UNIFIED.exists() else [each / self._cgroup_root.strip("/") for each in controllers]

    def _make_cgroups(self) -> None:
        for path in self._cgroups():
            path.mkdir()

    def _make_bridge(self) -> None:
        """Make the pods' network before the first pod does, so that servers can listen on it."""
        ip = shutil.which("ip", path=_PATH) or "ip"
        subprocess.run([ip, "link", "delete", _BRIDGE], capture_output=True, check=False)  # of a run that was killed
        for command in (f"link add {_BRIDGE} type bridge", f"address add {GATEWAY}/24 dev {_BRIDGE}"):
            subprocess.run([ip, *command.split()], capture_output=True, check=True)
        subprocess.run([ip, "link", "set", _BRIDGE, "up"], check=True)
        subprocess.run([ip, "route", "add", _SERVICES, "dev", _BRIDGE], check=True)  # also without a default route

    def run_in(self, pod: str, script: str) -> str:
        """Run a shell script in a pod; return what it printed."""
        command = ["/bin/sh", "-c", script]
        core = self.core  # its own client: streaming changes it
        printed: str = stream(
            core.connect_get_namespaced_pod_exec, pod, "default", command=command, stdout=True, stderr=True
        )
        return printed

    def _answers(self) -> bool:
        dead = [process for process in self.processes if process.poll() is not None]
        if dead:
            raise RuntimeError(f"{dead[0].args[0]} ended:\n{self.log(Path(dead[0].args[0]).name)}")  # type: ignore[index]
        try:
            return bool(self.core.list_namespace().items)
        except Exception:  # not listening yet, or not ready yet: there are many kinds
            return False

    def _node_is_ready(self) -> bool:
        (dead, *_) = [process for process in self.processes if process.poll() is not None] or [None]
        if dead is not None:
            raise RuntimeError(f"{dead.args[0]} ended:\n{self.log(Path(dead.args[0]).name)}")  # type: ignore[index]
        nodes = self.core.list_node().items
        accounts = self.core.list_namespaced_service_account("default").items
        ready = [each for node in nodes for each in node.status.conditions if each.type == "Ready"]
        return bool(accounts) and any(each.status == "True" for each in ready)

    def pull_plainly_from(self, host: str) -> None:
        """Have images pulled from a registry without TLS."""
        place = self.directory / "registries" / host
        place.mkdir(parents=True)
        (place / "hosts.toml").write_text(f'server = "http://{host}"\n[host."http://{host}"]\n')

    def make_storage_class(self, name: str, provisioner: str, *, default: bool = False) -> None:
        annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
        client.StorageV1Api(self.api).create_storage_class(
            client.V1StorageClass(
                metadata=client.V1ObjectMeta(name=name, annotations=annotations), provisioner=provisioner
            )
        )

    def _import_images(self) -> None:
        wait_for(lambda: (self._run / "containerd.sock").exists(), 30)
        wait_for(lambda: self._ctr("version").returncode == 0, 30)
        pause = self._programs / "pause"
        layer = images.layer({"pause": pause.read_bytes()}, {})
        self._import(images.archive(["localhost/pause:test"], layer, Entrypoint=["/pause"]))
        for archive in images.archives():
            self._import(archive)

    def _import(self, archive: bytes) -> None:
        path = self.directory / "image.tar"
        path.write_bytes(archive)
        done = self._ctr("images", "import", str(path))
        assert done.returncode == 0, done.stderr

    def _ctr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["ctr", "--address", f"{self._run}/containerd.sock", "--namespace", "k8s.io", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def _end_pods(self) -> None:
        core, apps = self.core, client.AppsV1Api(self.api)
        # Or there would be new pods.
        apps.delete_collection_namespaced_deployment("default")
        apps.delete_collection_namespaced_replica_set("default")
        apps.delete_collection_namespaced_stateful_set("default")

        def none_left() -> bool:
            core.delete_collection_namespaced_pod("default", grace_period_seconds=0)
            return not core.list_namespaced_pod("default").items

        wait_for(none_left, 60, 0.5)
        kubelet = next(each for each in self.processes if Path(str(each.args[0])).name == "kubelet")  # type: ignore[index]
        kubelet.terminate()  # it would take a minute to clean up after the pods
        kubelet.wait(20)
        for task in self._ctr("tasks", "list", "--quiet").stdout.split():
            self._ctr("tasks", "kill", "--all", "--signal", "SIGKILL", task)
        wait_for(lambda: "RUNNING" not in self._ctr("tasks", "list").stdout, 20)

    def _unmount(self) -> None:
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        places = [line.split()[1] for line in mounts]
        for place in sorted(
            (each for each in places if each.startswith((str(self.directory), str(self._run)))), reverse=True
        ):
            subprocess.run(["umount", "--lazy", place], capture_output=True, check=False)


def host_volumes() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return volumes and mounts by which a pod of the image sees this machine's programs, all read-only."""
    repository = Path(__file__).parents[2]
    places = {"/usr", "/etc/ssl", "/etc/alternatives", str(repository), str(Path(sys.prefix).resolve())}
    places.add(str(Path(sys.base_prefix).resolve()))
    outer = [
        place for place in sorted(places) if not any(place != each and place.startswith(f"{each}/") for each in places)
    ]
    volumes = [{"name": f"host-{at}", "hostPath": {"path": place}} for at, place in enumerate(outer)]
    mounts = [{"name": f"host-{at}", "mountPath": place, "readOnly": True} for at, place in enumerate(outer)]
    return volumes, mounts
