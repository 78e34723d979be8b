"""The Jupyter kernels of a backend, as the setting WODKERNELS lists them: names of ours, or whole descriptions.

Kernel specifications: https://jupyter-client.readthedocs.io/en/stable/kernels.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FOLDER = "/usr/local/share/jupyter/kernels"


@dataclass(frozen=True)
class Kernel:
    """``argv`` with ``{jphub}`` for the environment; ``needs`` is a distribution package it is left out without."""

    name: str
    display_name: str
    argv: tuple[str, ...]
    language: str
    requirements: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    needs: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


def _python_module(module: str) -> tuple[str, ...]:
    return ("{jphub}/bin/python", "-m", module, "-f", "{connection_file}")


KNOWN = {
    "python": Kernel("python3", "Python 3", _python_module("ipykernel_launcher"), "python"),
    "bash": Kernel("bash", "Bash", _python_module("bash_kernel"), "bash", env={"PS1": "$"}),
    "ssh": Kernel("ssh", "SSH", _python_module("sshkernel"), "bash"),
    "powershell": Kernel(
        "powershell",
        "PowerShell",
        _python_module("powershell_kernel"),
        "powershell",
        needs="powershell",
        env={"powershell_command": "pwsh"},
    ),
}
"""What the setting's plain names mean. Their Python packages are part of the pinned list that every backend gets."""


def kernel_of(entry: Any) -> Kernel:
    """One entry of WODKERNELS as the settings hold it: a name of :data:`KNOWN`, or one with an ``argv`` of its own."""
    if not entry.argv:
        return KNOWN[entry.name]
    return Kernel(
        entry.name,
        entry.display_name or entry.name,
        tuple(entry.argv),
        entry.language or entry.name,
        tuple(entry.requirements),
        tuple(entry.packages),
        env=dict(entry.env),
    )


def kernels_of(entries: Iterable[Any]) -> list[Kernel]:
    """The kernels of a backend, in the order of the setting."""
    return [kernel_of(entry) for entry in entries]


def specification(kernel: Kernel, jphub: str) -> str:
    """The text of ``kernel.json``."""
    spec: dict[str, object] = {
        "argv": [word.replace("{jphub}", jphub) for word in kernel.argv],
        "display_name": kernel.display_name,
        "language": kernel.language,
    }
    if kernel.env:
        spec["env"] = dict(kernel.env)
    return json.dumps(spec, indent=1) + "\n"
