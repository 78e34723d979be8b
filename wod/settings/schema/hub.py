"""JupyterHub on a backend."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from wod.settings.declare import Section, setting
from wod.settings.types import Cores, Count, Folder, MaybeText, Memory, Says, Text, matching, split

Pinned = Annotated[
    Text,
    matching(
        r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9.!+_-]+",
        "this is not exactly pinned, as pkg==1.2 is",
    ),
]
Package = Annotated[Text, matching(r"[A-Za-z0-9][A-Za-z0-9.+:~_-]*")]
Environment: Any = Annotated[dict[str, Text], AfterValidator(MappingProxyType)]
KernelName = Annotated[Text, matching(r"[A-Za-z0-9][A-Za-z0-9._-]*")]


class Kernel(BaseModel):
    """A kernel: its name alone for one that wod knows, or all that it takes to install and start another."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: KernelName
    display_name: MaybeText = None
    argv: tuple[Text, ...] = ()
    language: MaybeText = None
    requirements: tuple[Pinned, ...] = Field(default=(), description="Python packages, each exactly pinned: pkg==1.2")
    packages: tuple[Package, ...] = Field(default=(), description="packages of the distribution")
    env: Environment = Field(default_factory=lambda: MappingProxyType({}))


def _named(value: object) -> object:
    """A name alone stands for a kernel of that name."""
    return {"name": value} if type(value) is str else value


def _distinct(kernels: tuple[Kernel, ...]) -> tuple[Kernel, ...]:
    names = [kernel.name for kernel in kernels]
    if len(names) != len(set(names)):
        raise ValueError("a kernel is listed twice")
    return kernels


Kernels: Any = Annotated[
    tuple[Annotated[Kernel, BeforeValidator(_named)], ...],
    BeforeValidator(split),
    AfterValidator(_distinct),
    Says("a list of kernels: names, or mappings with name, display_name, argv, language, requirements, packages, env"),
]


class Hub(Section):
    """JupyterHub"""

    FILE = "wod-backend"

    JPHUB: Folder = setting(
        "/opt/jupyterhub",
        "Where JupyterHub's environment is found: a link to the folder of its current packages, JPHUB-<digest>.",
        example="/opt/jupyterhub",
    )
    WODKERNELS: Kernels = setting(
        ("python", "bash", "ssh", "powershell"),
        "The kernels that students can choose. One that wod knows is given by its name; another one by a "
        "mapping with name, display_name, argv, language, requirements (exactly pinned), packages (of the "
        "distribution) and env.",
        example=[
            "python",
            {
                "name": "sos",
                "display_name": "SoS",
                "argv": ["python", "-m", "sos_notebook.kernel", "-f", "{connection_file}"],
                "language": "sos",
                "requirements": ["sos-notebook==0.24.4"],
            },
        ],
    )
    WODSERVERMEM: Memory = setting("2G", "The memory that one student's server may use.", example="512M")
    WODSERVERCPU: Cores = setting(2.0, "The processor cores that one student's server may use.", example=0.5)
    WODIDLETIMEOUT: Count = setting(
        3600,
        "Seconds without activity after which a student's server is stopped; 0 means never.",
        example=7200,
    )
