"""Where a backend's JupyterHub has its files and addresses, and what its templates are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wod.settings import Settings

HUB_PORT = 8081
PROXY_API_PORT = 8001


@dataclass(frozen=True)
class HubAccess:
    """How a program on the host talks to its Hub: the REST API's address, and the file that holds an admin token."""

    url: str
    token_file: str


@dataclass(frozen=True)
class Hub:
    """The Hub of a backend; everything follows from its settings."""

    settings: Settings

    state = "/var/lib/jupyterhub"
    config = "/etc/jupyterhub/jupyterhub_config.py"
    token_file = "/etc/jupyterhub/token"  # noqa: S105 - a path
    proxy_token_file = "/etc/jupyterhub/proxy.env"  # noqa: S105 - a path
    forget = "/etc/jupyterhub/forget_tokens.py"
    unit = "/etc/systemd/system/jupyterhub.service"
    proxy_unit = "/etc/systemd/system/jupyterhub-proxy.service"
    slice = "/etc/systemd/system/students.slice"
    url = f"http://127.0.0.1:{HUB_PORT}"
    """The Hub itself, behind its proxy; only this host reaches it."""
    access = HubAccess(f"{url}/hub/api", token_file)

    @property
    def prefix(self) -> str:
        return self.settings.JPHUB

    @property
    def values(self) -> dict[str, Any]:
        """What the templates of the jupyterhub module need."""
        settings = self.settings
        return {
            "jphub": self.prefix,
            "state": self.state,
            "config": self.config,
            "token_file": self.token_file,
            "forget": self.forget,
            "proxy_environment": self.proxy_token_file,
            "hub_url": self.url,
            "proxy_api_port": PROXY_API_PORT,
            "port": settings.WODBEPORT,
            "admin": settings.WODUSER,
            "memory": settings.WODSERVERMEM,
            "cpus": settings.WODSERVERCPU,
            "idle_timeout": settings.WODIDLETIMEOUT,
        }
