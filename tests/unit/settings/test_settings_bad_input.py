"""Whatever a person can get wrong is reported with file and line, everything at once, and nothing is touched."""

from __future__ import annotations

import pytest

from wod.errors import BadInput
from wod.settings import ProblemsFound, collect, overlaps

ONE_FAULT = {
    "unknown key": (
        "USERMXA: 5\n",
        "group_vars/all.yml:1: USERMXA is not a setting (did you mean USERMAX?); "
        "names of your own need a prefix (WODPRIVATEPREFIXES)",
    ),
    "unknown key in small letters": (
        "usermax: 5\n",
        "group_vars/all.yml:1: usermax is not a setting (did you mean USERMAX?); "
        "names of your own need a prefix (WODPRIVATEPREFIXES)",
    ),
    "wrong type": (
        "\nUSERMAX: many\n",
        'group_vars/all.yml:2: USERMAX must be a whole number, 1 or more, not "many"',
    ),
    "yes for a number": (
        "USERMAX: yes\n",
        "group_vars/all.yml:1: USERMAX must be a whole number, 1 or more, not true",
    ),
    "no value": (
        "USERMAX:\n",
        "group_vars/all.yml:1: USERMAX must be a whole number, 1 or more, not empty",
    ),
    "fraction for text": (
        "BRANDING: 1.10\n",
        "group_vars/all.yml:1: BRANDING must be text (put it in quotes), not 1.1",
    ),
    "cycle": (
        "WODNOBO: '{{ WODPRIVDIR }}/x'\nWODPRIVDIR: '{{ SCRIPTDIR }}/y'\nSCRIPTDIR: '{{ WODNOBO }}/z'\n",
        "group_vars/all.yml:3: settings that use each other in a circle: "
        "SCRIPTDIR → WODNOBO → WODPRIVDIR → SCRIPTDIR",
    ),
    "own name": (
        "BRANDING: 'the {{ BRANDING }}'\n",
        "group_vars/all.yml:1: settings that use each other in a circle: BRANDING → BRANDING",
    ),
    "undefined name": (
        "WODNOBO: '{{ WODBEDIRR }}/notebooks'\n",
        "group_vars/all.yml:1: WODNOBO uses WODBEDIRR, which is not defined (did you mean WODBEDIR?)",
    ),
    "name without a value": (
        "BRANDING: 'see {{ LDAPSRVNAME }}'\n",
        "group_vars/all.yml:1: BRANDING uses LDAPSRVNAME, which has no value",
    ),
    "undefined hyphenated name": (
        "BRANDING: \"{{ vars['IP-WKSHP-Dokcer101'] }}\"\n",
        "group_vars/all.yml:1: BRANDING uses IP-WKSHP-Dokcer101, which is not defined "
        "(did you mean IP-WKSHP-Docker101?)",
    ),
    "template syntax": (
        "BRANDING: 'the {{ BRANDINGWOD'\n",
        "group_vars/all.yml:1: BRANDING cannot be worked out: unexpected end of template, expected "
        "'end of print statement'.",
    ),
    "port out of range": (
        "WODBEPORT: 70000\n",
        "group_vars/all.yml:1: WODBEPORT must be a port from 1 to 65535, not 70000",
    ),
    "port of a workshop": (
        "SSHPORT-WKSHP-Docker101: none\n",
        'group_vars/all.yml:1: SSHPORT-WKSHP-Docker101 must be a port from 1 to 65535, not "none"',
    ),
    "address of a workshop": (
        "IP-WKSHP-Docker101: 10.0.0.256\n",
        "group_vars/all.yml:1: IP-WKSHP-Docker101 must be an IP address, or x.y.z.t while there is none, "
        'not "10.0.0.256"',
    ),
    "list for a workshop": (
        "X-WKSHP-Docker101: [1]\n",
        "group_vars/all.yml:1: X-WKSHP-Docker101 must be one text, number or true/false, not a list, not [1]",
    ),
    "USERMIN above USERMAX": (
        "USERMAX: 3\nUSERMIN: 4\n",
        "group_vars/all.yml:2: USERMIN (4) is above USERMAX (3), so there would be no student",
    ),
    "duplicate key": (
        "USERMAX: 3\n# more\nUSERMAX: 4\n",
        "group_vars/all.yml:3: USERMAX is given twice, here and in line 1",
    ),
    "duplicate key in a mapping": (
        "WODHOSTS:\n  a.example.org: 192.0.2.1\n  a.example.org: 192.0.2.2\n",
        "group_vars/all.yml:3: a.example.org is given twice, here and in line 2",
    ),
    "both spellings": (
        "WODUSERMAX: 3\nUSERMAX: 4\n",
        "group_vars/all.yml:2: USERMAX and WODUSERMAX (group_vars/all.yml:1) are the same setting; keep one of them",
    ),
    "not YAML": ("USERMAX: 3\nBRANDING: [a\n", "group_vars/all.yml:3: this is not YAML: did not find expected"),
    "a tab": ("USERMAX: 3\n\tUSERMIN: 1\n", "group_vars/all.yml:2: this is not YAML: "),
    "not a mapping": (
        "# nothing\n- USERMAX\n",
        "group_vars/all.yml:2: must hold settings, one `NAME: value` per line",
    ),
    "only a word": ("USERMAX\n", "group_vars/all.yml:1: must hold settings, one `NAME: value` per line"),
    "two documents": ("USERMAX: 3\n---\nUSERMIN: 1\n", "group_vars/all.yml:2: this is not YAML: "),
    "vault": (
        "BRANDING: x\nLDAPPWD: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n",
        "group_vars/all.yml:2: LDAPPWD is encrypted, and there is no key for it; set VAULTPWD, or name the key's file "
        "in WOD_VAULT_KEY_FILE",
    ),
    "vault list": (
        "BRANDING: x\nLDAPPWD: !vault [6162]\n",
        "group_vars/all.yml:2: LDAPPWD: what is behind !vault must be one encrypted text, not a list or mapping",
    ),
    "python tag": (
        "BRANDING: !!python/object/apply:os.system [id]\n",
        "group_vars/all.yml:1: BRANDING: the tag !!python/object/apply:os.system is not allowed here, "
        "only plain values",
    ),
    "key that is no text": (
        "WODSYSCTL: {1: 2}\n",
        "group_vars/all.yml:1: the key 1 is not a text; put it in quotes if it is meant as one",
    ),
    "loop": ("WODHOSTS: &a {x: *a}\n", "group_vars/all.yml:1: a value refers to itself"),
    "low UIDBASE": (
        "UIDBASE: 500\n",
        "group_vars/all.yml:1: UIDBASE must be a whole number, 1000 or more, not 500",
    ),
    "id of nobody": (
        "GIDBASE: 65530\n",
        "group_vars/all.yml:1: GIDBASE (65530) gives student4 the id 65534, which the system needs",
    ),
    "too high ids": (
        "UIDBASE: 2147483640\n",
        "group_vars/all.yml:1: UIDBASE (2147483640) with USERMAX (20) gives ids above 2147483647",
    ),
    "root as a folder": (
        "JPHUB: /\n",
        'group_vars/all.yml:1: JPHUB must be an absolute path of a folder of its own, such as /opt/x, not "/"',
    ),
    "system folder": (
        "STUDDIR: /home/\n",
        'group_vars/all.yml:1: STUDDIR must be an absolute path of a folder of its own, such as /opt/x, not "/home/"',
    ),
    "relative path": (
        "STUDDIR: student\n",
        'group_vars/all.yml:1: STUDDIR must be an absolute path of a folder of its own, such as /opt/x, not "student"',
    ),
    "folders in one another": (
        "JPHUB: /student/hub\n",
        "group_vars/all.yml:1: JPHUB (/student/hub) and STUDDIR (/student) must be folders apart from each other",
    ),
    "administrator among the students": (
        "WODUSER: student7\n",
        "group_vars/all.yml:1: WODUSER must be an account of its own, not student7",
    ),
    "memory": (
        "WODSERVERMEM: 2 GB\n",
        'group_vars/all.yml:1: WODSERVERMEM must be an amount of memory such as 512M or 2G, not "2 GB"',
    ),
    "firewall rule": (
        "WODFIREWALLEXTRA: [9100/tcp, 9200]\n",
        "group_vars/all.yml:1: WODFIREWALLEXTRA must be a list of rules such as 9100/tcp or "
        "'9100/tcp from 10.0.0.0/8', not [\"9100/tcp\", 9200] (at 1: not a rule)",
    ),
    "unpinned requirement": (
        "WODKERNELS: [{name: sos, requirements: [sos-notebook]}]\n",
        "(at 0.requirements.0: this is not exactly pinned, as pkg==1.2 is)",
    ),
    "unknown part of a kernel": (
        "WODKERNELS: [{name: sos, arg: [x]}]\n",
        "(at 0.arg: Extra inputs are not permitted)",
    ),
    "kernel twice": ("WODKERNELS: [bash, bash]\n", "not [\"bash\", \"bash\"]"),
    "private prefix that swallows settings": (
        "WODPRIVATEPREFIXES: [WOD]\n",
        "group_vars/all.yml:1: WODPRIVATEPREFIXES: WOD would also cover WODUSER; choose a longer one",
    ),
    "empty private prefix": (
        "WODPRIVATEPREFIXES: ['']\n",
        "group_vars/all.yml:1: WODPRIVATEPREFIXES: '' is not the beginning of a name, such as ACME_",
    ),
    "secret as a number": (
        "LDAPPWD: 12345\n",
        "group_vars/all.yml:1: LDAPPWD must be text (put it in quotes)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_a_fault_is_one_problem_with_its_place(files, fault):
    text, message = ONE_FAULT[fault]
    files.public("all.yml", text)
    (found,) = files.problems()
    assert message in found


def test_a_contradiction_is_placed_where_a_person_wrote_something(files):
    """UIDBASE is the schema's; USERMAX is what made it wrong."""
    files.public("all.yml", "USERMAX: 70000\n")
    assert files.problems() == [
        "group_vars/all.yml:1: GIDBASE (2000) gives student63534 the id 65534, which the system needs",
        "group_vars/all.yml:1: UIDBASE (2000) gives student63534 the id 65534, which the system needs",
    ]


def test_everything_is_reported_at_once_in_the_order_of_the_files(files):
    files.public("all.yml", "USERMXA: 5\nUSERMIN: x\nUSERMIN: 2\n")
    files.public("wod-backend", "POSTPORT: 0\n")
    files.public("lab.yml", "BRANDING: [\n")
    files.own("all.yml", "WODNOBO: '{{ NOWHERE }}'\n")
    problems = files.problems(generated={"WODBEPORT": 0}, override={"WODHOSTZ": 1}, host_name="be1")
    assert [problem.split(": ")[0] for problem in problems] == [
        "--data",
        "group_vars/all.yml:1",
        "group_vars/all.yml:3",
        "group_vars/lab.yml:2",
        "group_vars/wod-backend:1",
        "inventory",
        "private/group_vars/all.yml:1",
    ]


def test_what_depends_on_a_faulty_setting_is_not_reported_again(files):
    files.public("all.yml", "WODROOTDIR: nowhere\nUSERMAXX: 3\nBRANDING: '{{ USERMAXX }}'\n")
    assert len(files.problems()) == 2


def test_a_secret_is_never_quoted(files):
    files.public("all.yml", "LDAPPWD: [tiger]\nWODBETOKEN: 'tiger{{ tiger'\nPORTPWD-WKSHP-x: tiger\n")
    assert "tiger" not in "\n".join(files.problems()).replace("{{ tiger", "")


def test_a_file_that_is_not_utf8_or_not_a_file(files):
    files.public("all.yml", "").write_bytes(b"BRANDING: caf\xe9\n")
    (files.root / "group_vars" / "wod-system").mkdir()
    assert files.problems() == [
        "group_vars/all.yml: is not a text file in UTF-8",
        "group_vars/wod-system: cannot be read: Is a directory",
    ]


def test_one_file_under_two_names(files):
    files.public("lab", "")
    files.public("lab.yml", "")
    files.own("all.yml", "")
    files.own("all.yml", "", "ansible/group_vars")
    assert files.problems() == [
        "group_vars/lab: group_vars/lab and group_vars/lab.yml are the same settings file; keep one",
        "private/group_vars/all.yml: private/group_vars/all.yml and private/ansible/group_vars/all.yml are the same "
        "settings file; keep one",
    ]


@pytest.mark.parametrize("group", ["all", "wod-system", "../x", "lab.yml", "", "-x"])
def test_a_platform_has_a_plain_name(files, group):
    with pytest.raises(BadInput, match="cannot name a platform"):
        files.load(group)


def test_a_private_folder_that_is_named_must_exist(files, monkeypatch):
    monkeypatch.setenv("WOD_PRIVATE", "elsewhere")
    with pytest.raises(BadInput, match="WOD_PRIVATE names elsewhere, which is not a folder"):
        files.load()


def test_collect_reports_the_problems_of_all_hosts_once(files):
    files.public("all.yml", "USERMXA: 5\n")
    loads = [lambda n=n: files.load(generated={"WODBEPORT": n}, host_name=f"be{n}") for n in (0, 8000, 70000)]
    with pytest.raises(ProblemsFound) as caught:
        collect(loads)
    assert [problem.place for problem in caught.value.problems] == [
        "group_vars/all.yml:1",
        "inventory: be0",
        "inventory: be70000",
    ]
    files.public("all.yml", "USERMAX: 5\n")
    assert [settings.USERMAX for settings in collect([files.load, files.load])] == [5, 5]


def test_overlapping_seats_are_found():
    ranges = [("be1", 0, 20, "a:1"), ("be2", 20, 20, "b:1"), ("be3", 39, 20, "c:1")]
    assert [str(problem) for problem in overlaps(ranges)] == [
        "c:1: the seats of be3 (BASESTDID 39: 40 to 59) overlap those of be2 (BASESTDID 20: 21 to 40); "
        "give each its own BASESTDID"
    ]
    assert overlaps(ranges[:2]) == []
