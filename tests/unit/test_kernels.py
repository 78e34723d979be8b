"""From the setting WODKERNELS to kernel.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wod.kernels import KNOWN, Kernel, kernels_of, specification
from wod.settings import ProblemsFound, Settings, load

REPOSITORY = Path(__file__).resolve().parents[2]
SOS = {
    "name": "sos",
    "display_name": "SoS",
    "argv": ["{jphub}/bin/python", "-m", "sos", "-f", "{connection_file}"],
    "requirements": ["sos-notebook==0.24.4"],
    "packages": ["r-base"],
    "env": {"A": "b"},
}


def settings(tmp_path: Path, *kernels: object) -> Settings:
    return load(REPOSITORY, "test", private=tmp_path, host={"WODKERNELS": list(kernels)})


def test_names_of_ours(tmp_path: Path) -> None:
    assert kernels_of(settings(tmp_path, "bash", "python").WODKERNELS) == [KNOWN["bash"], KNOWN["python"]]


def test_a_kernel_of_somebody_elses(tmp_path: Path) -> None:
    (kernel,) = kernels_of(settings(tmp_path, SOS).WODKERNELS)
    assert kernel == Kernel(
        "sos", "SoS", tuple(SOS["argv"]), "sos", ("sos-notebook==0.24.4",), ("r-base",), env={"A": "b"}
    )


def test_a_name_that_nobody_knows_is_a_problem_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="WODKERNELS: cobol is none of python, bash, ssh, powershell"):
        settings(tmp_path, "python", "cobol")


def test_kernel_json() -> None:
    spec = json.loads(specification(KNOWN["bash"], "/opt/jupyterhub"))
    assert spec == {
        "argv": ["/opt/jupyterhub/bin/python", "-m", "bash_kernel", "-f", "{connection_file}"],
        "display_name": "Bash",
        "language": "bash",
        "env": {"PS1": "$"},
    }
    assert "env" not in json.loads(specification(KNOWN["python"], "/x"))


def test_our_own_kernels_need_no_package_that_only_one_family_has() -> None:
    """They are the same names for every distribution; an SSH client is part of the system module."""
    assert {package for kernel in KNOWN.values() for package in kernel.packages} == set()
