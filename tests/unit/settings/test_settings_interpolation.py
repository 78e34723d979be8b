"""Values that use other values."""

from __future__ import annotations

import pytest

from wod.errors import BadInput
from wod.secrets import Secret


def test_a_value_uses_the_final_value_of_another(files):
    files.public("all.yml", "WODBEDIR: /srv/be\nSCRIPTDIR: '{{ WODBEDIR }}/scripts'\n")
    files.own("all.yml", "WODBEDIR: /srv/mine\n")
    assert files.load().SCRIPTDIR == "/srv/mine/scripts"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ USERMAX }}", 20),
        ("{{ WODUSERMAX }}", 20),
        ("{{ 2 * USERMAX + 1 }}", 41),
        ("{{- CLEAN -}}", False),
        ("{{ WODDENYLIST }}", ("@1secmail.com", "@1secmail.org")),
        ("{{ WODDENYLIST | map('upper') }}", ("@1SECMAIL.COM", "@1SECMAIL.ORG")),
        ("{{ USERMIN }}-{{ USERMAX }}", "1-20"),
        ("{{ USERMAX }} ", "20 "),
        ("{% if CLEAN %}yes{% else %}no{% endif %}", "no"),
        ("{{ BRANDING | upper }}", "WOD DEVELOPER"),
        ("{{ LDAPSRVNAME | default('none') }}", "none"),
        ("{{ NOWHERE | default('none') }}", "none"),
        ("{{ ansible_env.WODBEDIR }}/x", "/home/wodadmin/wod-backend/x"),
        ("{{ vars['SSHPORT-WKSHP-Docker101'] }}", 14101),
        ("{{ hostvars[inventory_hostname]['IP-WKSHP-Docker101'] }}", "x.y.z.t"),
        ("{{ hostvars['be1']['POSTPORT'] }}", 10025),
        ("{{ inventory_hostname }}", "be1"),
        ("{% raw %}{{ left as it is }}{% endraw %}", "{{ left as it is }}"),
        ("no {# template", "no {# template"),
        ("line\n", "line\n"),
    ],
)
def test_templates(files, text, value):
    files.public("all.yml", "WODPRIVATEPREFIXES: [ACME_]\n")
    assert files.load(host={"ACME_X": text}, host_name="be1")["ACME_X"] == value


def test_templates_reach_into_lists_and_mappings(files):
    files.public(
        "all.yml",
        "WODPRIVATEPREFIXES: [ACME_]\nACME_X: {a: ['{{ USERMAX }}', {b: 'n{{ USERMIN }}'}]}\n"
        "WODHOSTS: {db.example.org: '{{ WODBEIP }}'}\n",
    )
    settings = files.load(generated={"WODBEIP": "192.0.2.11"})
    assert settings.as_data()["ACME_X"] == {"a": [20, {"b": "n1"}]}
    assert settings.WODHOSTS == {"db.example.org": "192.0.2.11"}


def test_a_value_that_asks_the_environment_for_itself_is_that_of_the_next_layer(files):
    files.public("all.yml", "STUDDIR: /srv/students\n")
    files.own("all.yml", "STUDDIR: '{{ ansible_env.STUDDIR }}'\n")
    files.own("lab", "STUDDIR: '{{ansible_env.WODSTUDDIR}}'\n")
    settings = files.load()
    assert settings.STUDDIR == "/srv/students"
    assert [entry.layer for entry in settings.explain("STUDDIR")] == [
        "private lab",
        "private all",
        "group_vars/all",
        "default",
    ]


def test_a_place_is_the_one_of_the_value_that_counts(files):
    files.public("all.yml", "STUDDIR: nowhere\n")
    files.own("all.yml", "STUDDIR: '{{ ansible_env.STUDDIR }}'\n")
    (problem,) = files.problems()
    assert problem.startswith("group_vars/all.yml:1: STUDDIR must be an absolute path")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ vars.__class__ }}",
        "{{ WODDENYLIST.append('x') }}",
        "{{ range(999999999) }}",
        "{{ vars | list }}",
        "{{ vars }}",
        "{{ cycler }}",
        "{{ 1 / 0 }}",
        "{{ BRANDING | nosuch }}",
        "{{ hostvars['other']['USERMAX'] }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_templates_are_sandboxed_and_their_faults_problems(files, text):
    (problem,) = files.problems(host={"BRANDING": text}, host_name="be1")
    assert problem.startswith("inventory: be1: BRANDING ")


def test_a_value_that_uses_a_secret_is_one(files):
    files.public(
        "all.yml",
        "WODPRIVATEPREFIXES: [ACME_]\nLDAPPWD: tiger\nACME_A: 'Bearer {{ LDAPPWD }}'\nACME_B: '{{ ACME_A }}!'\n"
        "ACME_C: {deep: ['{{ ACME_B | length }}', plain]}\nACME_D: '{{ LDAPPWD }}'\n"
        "BRANDINGX: 'x{{ LDAPPWD }}'\nVAULTPWD: '{{ LDAPPWD }}2'\n",
    )
    settings = files.load()
    assert "tiger" not in repr(settings.as_data())
    assert settings["ACME_A"] == "<secret ACME_A>"
    assert settings["ACME_A"].reveal() == "Bearer tiger"
    assert settings["ACME_B"].reveal() == "Bearer tiger!"
    assert settings["ACME_C"]["deep"][0].reveal() == "13"
    assert settings["ACME_D"].reveal() == "tiger"
    assert settings.BRANDINGX.reveal() == "xtiger"
    assert settings.VAULTPWD.reveal() == "tiger2"


def test_a_value_that_uses_a_generated_secret_is_worked_out_when_revealed(files):
    files.public("all.yml", "BRANDINGX: 'token {{ WODBETOKEN }}'\n")
    settings = files.load()
    assert not files.private.exists()
    assert isinstance(settings.BRANDINGX, Secret)
    assert settings.BRANDINGX.reveal() == f"token {settings.WODBETOKEN.reveal()}"


def test_what_goes_wrong_with_a_secret_in_clear_does_not_quote_it(files):
    settings = files.load(override={"LDAPPWD": "tiger", "BRANDINGX": "{{ LDAPPWD[9] }}"})
    with pytest.raises(
        BadInput, match=r"^--data: BRANDINGX cannot be worked out with the secret that it uses$"
    ) as caught:
        settings.BRANDINGX.reveal()
    assert caught.value.__suppress_context__


def test_a_secret_in_a_kernels_environment_stays_one(files):
    kernel = {"name": "acme", "argv": ["acme"], "env": {"TOKEN": "{{ LDAPPWD }}"}}
    settings = files.load(override={"LDAPPWD": "tiger", "WODKERNELS": ["python", kernel]})
    assert settings.WODKERNELS[1].env["TOKEN"].reveal() == "tiger"
    assert "tiger" not in repr(settings.as_data())


def test_a_secret_is_not_a_port(files):
    (problem,) = files.problems(override={"LDAPPWD": "1234", "LDAPPORT": "{{ LDAPPWD }}"})
    assert problem == '--data: LDAPPORT must be a port from 1 to 65535, not "<secret LDAPPWD>"'


def test_a_kernel_that_wod_does_not_know_needs_its_argv(files):
    (problem,) = files.problems(override={"WODKERNELS": ["pyton"]})
    assert problem.startswith("--data: WODKERNELS: pyton is none of python, bash, ssh, powershell")
