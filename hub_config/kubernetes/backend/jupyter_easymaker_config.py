"""Settings of the backend on a cluster; `jupyter easymaker serve --help-all` lists all there are."""

c = get_config()  # noqa: F821 - traitlets gives it
c.ServiceConfig.data_dir = "/var/lib/easymaker"
c.ServiceConfig.ip = "0.0.0.0"  # noqa: S104 - the pod's; who reaches it is the network policy's to say
c.ServiceConfig.port = 8090
c.ServiceConfig.hub = True
c.ServiceConfig.hub_url = "http://proxy-public"
# c.ServiceConfig.public_url = "https://hub.example.com/hub/user-redirect/easymaker/api"  # TensorBoard in browsers
c.ServiceConfig.notebook_containers = True
c.ServiceConfig.gateway_ip = "0.0.0.0"  # noqa: S104
c.ServiceConfig.gateway_port = 8443
c.ServiceConfig.gateway_public = "easymaker:8443"
c.ServiceConfig.gateway_names = ["easymaker"]

# The provided images, as hub_config/images builds and names them.
c.ServiceConfig.image_registry = "registry.example.com/easymaker"
c.ServiceConfig.image_tag = "0.1.0"

# What notebooks and trainings can be given. Those for trainings must fit into the backend's own limits.
c.ServiceConfig.flavors = [
    {"id": "c1m2", "name": "c1m2", "vcpus": 1, "ram": 2048, "idleMinutes": 240},
    {"id": "c2m8", "name": "c2m8", "vcpus": 2, "ram": 8192, "idleMinutes": 240},
]
# c.ServiceConfig.nas = {"team": "/mnt/nas/team"}  # mounted by the deployment, and by notebooks (values.yaml)
# c.ServiceConfig.registries = ["registry.example.com"]  # where private images may lie
