"""Precedence, provenance, and that nothing changes its inputs."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod.errors import BadInput
from wod.settings import Layer, Located, private_dir
from wod.settings.merge import merge
from wod.settings.schema import ALIASES, canonical

LAYERS = [
    ("group_vars/all", lambda files, value: files.public("all.yml", value)),
    ("group_vars/wod-backend", lambda files, value: files.public("wod-backend", value)),
    ("group_vars/wod-system", lambda files, value: files.public("wod-system.yaml", value)),
    ("group_vars/lab", lambda files, value: files.public("lab", value)),
    ("private all", lambda files, value: files.own("all", value)),
    ("private wod-backend", lambda files, value: files.own("wod-backend.yml", value, "ansible/group_vars")),
    ("private wod-system", lambda files, value: files.own("wod-system", value)),
    ("installed", lambda files, value: files.own("lab.yml", value, "generated")),
    ("generated", None),
    ("private lab", lambda files, value: files.own("lab.yml", value, "ansible/group_vars")),
    ("host", None),
    ("--data", None),
]
KEYWORDS = {"generated": "generated", "host": "host", "--data": "override"}


def test_each_layer_overrides_those_below_it(files):
    """Growing from the lowest layer to all of them; spellings alternate, as they mean the same."""
    arguments: dict[str, dict[str, object]] = {}
    for number, (label, write) in enumerate(LAYERS, start=30):
        name = ("USERMAX", "WODUSERMAX")[number % 2]
        if write:
            write(files, f"{name}: {number}\n")
        else:
            arguments[KEYWORDS[label]] = {name: number}
        settings = files.load(**arguments, host_name="be2")
        assert settings.USERMAX == settings.WODUSERMAX == settings["WODUSERMAX"] == number
        assert settings.explain("USERMAX")[0].layer == label
    labels = [entry.layer for entry in settings.explain("WODUSERMAX")]
    assert labels == [*(label for label, _ in reversed(LAYERS)), "default"]
    assert [entry.value for entry in settings.explain("USERMAX")] == [*range(41, 29, -1), 20]


def test_provenance_has_file_and_line(files):
    files.public("all.yml", "---\n# students\nUSERMAX: 30\n")
    settings = files.load(generated={"USERMAX": 40, "USERMIN": Located(2, "hosts.py:7")}, host_name="be2")
    assert [entry.place for entry in settings.explain("USERMAX")] == [
        "inventory: be2",
        "group_vars/all.yml:3",
        "default",
    ]
    assert settings.explain("USERMIN")[0].place == "hosts.py:7"


def test_an_unknown_key_cannot_be_explained(files):
    with pytest.raises(BadInput, match=r"there is no setting USERMXA \(did you mean USERMAX\?\)"):
        files.load().explain("USERMXA")


def test_the_platform_has_the_name_it_is_loaded_by(files):
    files.public("all.yml", "WODGROUP: production\n")
    assert files.load("staging").WODGROUP == "staging"


def test_the_private_folder_can_be_elsewhere(files, monkeypatch, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    files.write(elsewhere / "ansible/group_vars/all.yml", "USERMAX: 7\nUSERMIN: x\n")
    monkeypatch.setenv("WOD_PRIVATE", str(elsewhere))
    assert private_dir(files.root) == elsewhere
    assert files.problems() == [
        f'{elsewhere}/ansible/group_vars/all.yml:2: USERMIN must be a whole number, 1 or more, not "x"'
    ]
    assert files.load(private=files.root / "none").USERMAX == 20


def test_a_changed_file_is_read_again(files):
    files.public("all.yml", "USERMAX: 30\n")
    assert files.load().USERMAX == 30
    files.public("all.yml", "USERMAX: 300\n")
    assert files.load().USERMAX == 300


def test_empty_files_are_fine(files):
    files.public("all.yml", "")
    files.public("lab.yml", "---\n# nothing yet\n")
    assert files.load().USERMAX == 20


def test_settings_are_frozen(files):
    settings = files.load(override={"WODHOSTS": {"a.example.org": "192.0.2.1"}})
    with pytest.raises(AttributeError):
        settings.USERMAX = 3
    with pytest.raises(TypeError):
        settings.WODHOSTS["b.example.org"] = "192.0.2.2"
    with pytest.raises(AttributeError, match="did you mean USERMAX"):
        _ = settings.USERMXA
    assert isinstance(settings.WODKERNELS, tuple)
    assert copy.deepcopy(settings) is settings


def test_data_is_flat_plain_and_ones_own(files):
    settings = files.load()
    data = settings.as_data()
    json.dumps(data)
    assert not set(data) & set(ALIASES)
    assert [kernel["name"] for kernel in data["WODKERNELS"]] == ["python", "bash", "ssh", "powershell"]
    data["WODSYSCTL"].clear()
    data["WODDENYLIST"].clear()
    assert settings.WODSYSCTL
    assert settings.WODDENYLIST


def test_the_digest_tells_settings_apart_but_not_secrets(files):
    before = files.load().digest()
    assert files.load(override={"LDAPPORT": 389}).digest() == before
    assert files.load(override={"LDAPPORT": 390}).digest() != before
    tokens = [files.load(override={"WODBETOKEN": value}).digest() for value in ("one", "another")]
    assert tokens == [before, before]


NAMES = st.sampled_from(["USERMAX", "WODUSERMAX", "BASESTDID", "WODBASESTDID", "BRANDING"])
STACKS = st.lists(st.dictionaries(NAMES, st.integers()), max_size=6)


@given(STACKS)
def test_the_highest_layer_that_names_a_setting_wins(stack):
    layers = [
        Layer(str(number), {name: Located(value, f"{number}") for name, value in values.items()})
        for number, values in enumerate(stack)
    ]
    before = copy.deepcopy(stack)
    chains = merge(layers).chains
    assert stack == before
    assert set(chains) == {canonical(name) for values in stack for name in values}
    for name, chain in chains.items():
        saying = [number for number, values in enumerate(stack) if name in map(canonical, values)]
        assert [int(entry.layer) for entry in chain] == sorted((int(entry.layer) for entry in chain), reverse=True)
        assert int(chain[0].layer) == saying[-1]
        assert {int(entry.layer) for entry in chain} == set(saying)


def test_fifty_hosts_load_at_once_in_reasonable_time(files):
    """Not a benchmark: it only notices when files are parsed or templates compiled again for every host."""
    root = Path(__file__).parents[3]
    for name in ("all.yml", "wod-backend", "wod-system"):
        files.public(name, (root / "group_vars" / name).read_text(encoding="utf-8"))
    files.load()
    start = time.perf_counter()
    for number in range(50):
        files.load(generated={"WODBEFQDN": f"be{number}.example.org"}, host_name=f"be{number}")
    assert time.perf_counter() - start < 5
