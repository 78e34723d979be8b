"""What a student is given: copied and rendered files, variables, hooks with their environment, compiled scripts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from textwrap import indent

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.actions.conftest import Backend, notebook, root_only
from wod import vault
from wod.engine import completion, hooks, notebooks, variables
from wod.engine.delivery import Entry
from wod.engine.errors import Impossible
from wod.engine.render import Renderer

VECTORS = yaml.safe_load((Path(__file__).parents[3] / "fixtures" / "vault.yml").read_text(encoding="utf-8"))


def entries(backend: Backend, **more: str) -> dict[str, Entry]:
    values = variables.build(backend.config, backend.request("CREATE"), 3, None)
    made = notebooks.Workshop(backend.config, "WKSHP-Demo").entries(Renderer(), {**values, **more})
    return {entry.path: entry for entry in made}


class TestNotebooks:
    @pytest.mark.parametrize("name", ["a.ipynb", "a.yaml", "a.py", "a.sh", "a.src", "a.tf", "a.env", "Variables.ps1"])
    def test_templates_are_rendered(self, backend: Backend, name: str) -> None:
        backend.write(f"public/WKSHP-Demo/sub/{name}", "{{ STDID }}\n")
        assert entries(backend)[f"WKSHP-Demo/sub/{name}"].content == b"3\n"

    @pytest.mark.parametrize("name", ["a.yml", "a.md", "a.go", "b.ps1"])
    def test_others_are_copied(self, backend: Backend, name: str) -> None:
        path = backend.write(f"public/WKSHP-Demo/{name}", "{{ STDID }}\n")
        assert entries(backend)[f"WKSHP-Demo/{name}"].content == path

    def test_private_templates_go_over_public_ones(self, backend: Backend) -> None:
        backend.write("private/notebooks/WKSHP-Demo/extra/own.py", "private = {{ STDID }}\n")
        backend.write("private/notebooks/WKSHP-Demo/0-ReadMeFirst.ipynb", notebook("private"))
        backend.write("private/notebooks/WKSHP-Demo/solution.md", "not for students")
        backend.write("private/notebooks/WKSHP-Demo/main.tf", "not for students")
        made = entries(backend)
        assert b"private" in bytes(made["WKSHP-Demo/0-ReadMeFirst.ipynb"].content)  # type: ignore[arg-type]
        assert made["WKSHP-Demo/extra/own.py"].content == b"private = 3\n"
        assert made["WKSHP-Demo/extra"].content is None
        assert not {"WKSHP-Demo/solution.md", "WKSHP-Demo/main.tf"} & set(made)

    def test_private_workshop_without_a_public_one(self, backend: Backend) -> None:
        backend.set(public_workshops=str(backend.folder / "nowhere"))
        backend.write("private/notebooks/WKSHP-Demo/0-ReadMeFirst.ipynb", notebook("{{ STDID }}"))
        path = backend.write("private/notebooks/WKSHP-Demo/notes.md", "mine")
        assert entries(backend)["WKSHP-Demo/notes.md"].content == path

    def test_checkpoints_of_authors_and_links_are_no_templates(self, backend: Backend) -> None:
        backend.write("public/WKSHP-Demo/.ipynb_checkpoints/x-checkpoint.ipynb", "{{ nothing }}")
        (backend.folder / "public/WKSHP-Demo/link.py").symlink_to("/etc/shadow")
        made = entries(backend)
        assert made["WKSHP-Demo/link.py"].content == "/etc/shadow"
        assert "WKSHP-Demo/.ipynb_checkpoints/x-checkpoint.ipynb" not in made

    def test_folders_come_before_what_is_in_them(self, backend: Backend) -> None:
        backend.write("public/WKSHP-Demo/b/c/d.py", "")
        paths = list(entries(backend))
        assert all(paths.index(str(Path(path).parent)) < paths.index(path) for path in paths if path.count("/") > 1)

    def test_pdf_script_is_executable(self, backend: Backend) -> None:
        backend.write("sys/wod-generate-pdf.sh", "#!/bin/bash\n")
        assert entries(backend)["WKSHP-Demo/wod-generate-pdf.sh"].mode & 0o111 == 0o111

    def test_missing_first_page_or_workshop_is_impossible(self, backend: Backend) -> None:
        (backend.folder / "public/WKSHP-Demo/0-ReadMeFirst.ipynb").unlink()
        with pytest.raises(Impossible, match="0-ReadMeFirst"):
            entries(backend)
        with pytest.raises(Impossible, match="WKSHP-None is in none"):
            notebooks.Workshop(backend.config, "WKSHP-None")

    def test_names_with_hyphens_by_hostvars(self, backend: Backend) -> None:
        of_host = "{{ hostvars[inventory_hostname]['%s'] }}"
        text = f"{of_host % 'IP-WKSHP-Demo'}:{of_host % 'HTTPPORT-WKSHP-Demo'}"
        backend.write("public/WKSHP-Demo/a.sh", text)
        assert entries(backend)["WKSHP-Demo/a.sh"].content == b"192.0.2.10:8100"


class TestRender:
    @pytest.mark.parametrize(
        ("source", "said"),
        [
            ("one\ntwo {{ NOBODY }}\n", "line 2: 'NOBODY' is undefined"),
            ("one\n\n{% if %}\n", "line 3"),
            ("{{ hostvars['x']['y'] }}", "line 1"),
            ("{{ 1 / 0 }}", "line 1"),
            ("{{ ''.__class__.__mro__ }}", "line 1.*unsafe"),
            ("{% include 'x' %}", "line 1"),
        ],
    )
    def test_mistakes_name_file_and_line(self, source: str, said: str) -> None:
        with pytest.raises(Impossible, match=f"public/a.py, {said}"):
            Renderer().render("public/a.py", source.encode(), {"hostvars": {}})

    def test_changed_source_is_compiled_anew(self) -> None:
        renderer = Renderer()
        made = [renderer.render("a", f"{{{{ x }}}}{end}".encode(), {"x": 1}) for end in ("a", "b", "a")]
        assert made == [b"1a", b"1b", b"1a"]

    def test_raw_and_last_newline_are_kept(self) -> None:
        source = b"{% raw %}{{ x }}{% endraw %} {{ '{{' }}\n"
        assert Renderer().render("a", source, {}) == b"{{ x }} {{\n"

    def test_binary_file_is_named(self) -> None:
        with pytest.raises(Impossible, match=r"a\.py is not UTF-8"):
            Renderer().render("a.py", b"\xff\xfe", {})


class TestVariables:
    def test_hooks_leave_variables_for_one_student(self, backend: Backend) -> None:
        text = "---\n# ports\nHTTPPORT: 8103\n'SPARKTOK': \"a b#c\"  # token\nEMPTY:\n"
        backend.write("private/ansible/production/pass/variables_WKSHP-Demo_3.yml", text)
        made = variables.build(backend.config, backend.request("CREATE"), 3, "pw")
        assert (made["HTTPPORT"], made["SPARKTOK"], made["EMPTY"], made["PASSSTU"]) == ("8103", "a b#c", "", "pw")
        assert made["hostvars"]["be1.example.org"]["HTTPPORT"] == "8103"
        assert "HTTPPORT" not in variables.build(backend.config, backend.request("CREATE"), 4, None)

    @pytest.mark.parametrize("text", ["no colon", "A: !vault |", "A: !x y", "A: [1]", "A: 'x"])
    def test_anything_else_is_refused_with_its_line(self, text: str) -> None:
        with pytest.raises(Impossible, match=r"v\.yml, line 2"):
            variables.parse(f"OK: 1\n{text}\n", Path("v.yml"))

    def test_what_ansible_encrypted_opens_with_vaultpwd_and_is_masked(self) -> None:
        vector = next(each for each in VECTORS if each["plaintext"] == "tiger")
        text = f"A: 1\nDATAVISU: !vault |\n{vector['ciphertext']}B: 2\n"
        made = variables.parse(text, Path("v.yml"), vector["password"])
        assert made == {"A": "1", "DATAVISU": "tiger", "B": "2"}
        whole = vault.encrypt("SPARKTOK: 'elephants'\nB: 2\n", "pw")
        made |= variables.parse(whole, Path("v.yml"), "pw")
        assert (made["SPARKTOK"], made["DATAVISU"]) == ("elephants", "tiger")
        long = variables.parse(f"X: !vault |\n{indent(vault.encrypt('giraffes', 'pw'), '  ')}", Path("v.yml"), "pw")
        assert hooks.secrets_in({**made, **long, "PORT": "123456"}) == ["elephants", "giraffes"]

    @pytest.mark.parametrize(
        ("password", "says"),
        [("", "no password for it; set VAULTPWD and roll out"), ("x", "VAULTPWD does not open it")],
    )
    def test_what_cannot_be_opened_is_a_sentence(self, password: str, says: str) -> None:
        text = f"A: 1\nB: !vault |\n{indent(vault.encrypt('giraffes', 'pw'), '  ')}C: 2\n"
        with pytest.raises(Impossible, match=rf"v\.yml, line 2: B.*{says}"):
            variables.parse(text, Path("v.yml"), password)
        with pytest.raises(Impossible, match=rf"v\.yml.*{says}"):
            variables.parse(vault.encrypt("A: 1\n", "pw"), Path("v.yml"), password)

    @root_only
    def test_file_is_removed_at_the_end(self, backend: Backend) -> None:
        path = backend.write("private/pass/variables_WKSHP-Demo_3.yml", "A: 1\n")
        other = backend.write("private/pass/variables_WKSHP-Demo_4.yml", "A: 1\n")
        backend.run(backend.request("CREATE"))
        assert (path.exists(), other.exists()) == (False, True)

    def test_link_instead_of_the_file_is_refused(self, backend: Backend) -> None:
        path = backend.write("private/pass/x", "")
        (path.parent / "variables_WKSHP-Demo_3.yml").symlink_to("/etc/shadow")
        with pytest.raises(Impossible, match="cannot be read"):
            variables.build(backend.config, backend.request("CREATE"), 3, None)


class TestCompletion:
    def test_share_of_executed_cells(self) -> None:
        text = '"execution_count": 1,\n"execution_count": null,\n"execution_count": 12,\n'
        assert completion.percentage([text.encode()]) == 66
        assert completion.percentage([]) == 0
        assert completion.percentage([json.dumps({"source": '"execution_count": 1'}).encode()]) == 0

    @given(st.binary())
    def test_anything_gives_a_percentage(self, data: bytes) -> None:
        assert 0 <= completion.percentage([data]) <= 100

    def test_links_pipes_and_missing_folders_count_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "outside.txt").write_text('"execution_count": 1')
        folder = tmp_path / "WKSHP-Demo"
        assert completion.of(folder) == 0
        folder.mkdir()
        (folder / "link.ipynb").symlink_to(tmp_path / "outside.txt")
        os.mkfifo(folder / "pipe.ipynb")
        assert completion.of(folder) == 0
        (tmp_path / "linked").symlink_to(folder)
        assert completion.of(tmp_path / "linked") == 0
