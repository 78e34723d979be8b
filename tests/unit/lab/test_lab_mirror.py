import pytest

from wod.errors import BadInput
from wod.lab.mirror import Mirror, Source, choose, find_mirror, parse_deb822, parse_one_line

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.test/debian
# in the midst
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.test/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://src.test/debian
Suites: bookworm
Components: main
"""

ONE_LINE = """\
# deb http://old.test/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://snapshot.test/archive/20250101T000000Z trixie main contrib # why
deb https://snapshot.test/security/20250101T000000Z trixie-security main
deb-src https://src.test/debian trixie main
deb http://third.test/apt trixie-pgdg main
deb http://fourth.test/apt trixie stable
"""


def test_the_deb822_form_is_read():
    assert parse_deb822(DEB822) == [
        Source("http://mirror.test/debian", ("bookworm", "bookworm-updates"), ("main",)),
        Source("http://mirror.test/debian-security", ("bookworm-security",), ("main",)),
    ]


def test_values_may_go_on_over_several_lines():
    text = "Types: deb\nURIs:\n http://a.test/debian\n http://b.test/debian\nSuites: sid\nComponents: main\n"
    assert [source.uri for source in parse_deb822(text)] == ["http://a.test/debian", "http://b.test/debian"]


def test_the_one_line_form_is_read():
    assert parse_one_line(ONE_LINE)[0] == Source(
        "https://snapshot.test/archive/20250101T000000Z", ("trixie",), ("main", "contrib")
    )
    assert len(parse_one_line(ONE_LINE)) == 4


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (parse_deb822(DEB822), Mirror("http://mirror.test/debian", "http://mirror.test/debian-security")),
        (
            parse_one_line(ONE_LINE),
            Mirror("https://snapshot.test/archive/20250101T000000Z", "https://snapshot.test/security/20250101T000000Z"),
        ),
    ],
)
def test_the_main_archive_is_chosen_not_the_security_one(sources, expected):
    assert choose(sources) == expected


def test_a_third_party_that_copies_debians_suite_names_is_not_taken_for_debian():
    third = Source("http://third.test/apt", ("bookworm",), ("main",))
    debian = Source("http://mirror.test/debian/", ("bookworm", "bookworm-updates"), ("main",))
    assert choose([third, debian]) == Mirror("http://mirror.test/debian/")


@pytest.mark.parametrize(
    "source",
    [
        Source("http://mirror.test/ubuntu", ("noble", "noble-updates"), ("main",)),
        Source("file:/srv/mirror", ("bookworm",), ("main",)),
        Source("http://third.test/apt", ("bookworm",), ("stable",)),
    ],
)
def test_what_is_not_a_debian_mirror_is_not_chosen(source):
    assert choose([source]) is None


def test_a_machine_without_one_is_told_of_the_setting(tmp_path):
    (tmp_path / "sources.list").write_text("deb http://mirror.test/ubuntu noble main\n")
    with pytest.raises(BadInput, match="set WOD_LAB_MIRROR"):
        find_mirror({}, tmp_path)
    chosen = find_mirror({"WOD_LAB_MIRROR": "http://mine.test/debian"}, tmp_path)
    assert chosen == Mirror("http://mine.test/debian")


def test_both_forms_are_found_in_apts_directory(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/debian.sources").write_text(DEB822)
    (tmp_path / "sources.list.d/more.list").write_text("deb http://third.test/apt bookworm-x main\n")
    (tmp_path / "sources.list.d/old.list.save").write_text("deb http://old.test/debian bookworm main\n")
    assert find_mirror({}, tmp_path).main == "http://mirror.test/debian"


def test_a_hosts_sources_are_those_of_its_own_suite():
    text = Mirror("http://mirror.test/debian", "http://mirror.test/debian-security").sources("trixie")
    assert parse_deb822(text) == [
        Source("http://mirror.test/debian", ("trixie", "trixie-updates"), ("main",)),
        Source("http://mirror.test/debian-security", ("trixie-security",), ("main",)),
    ]
    assert "security" not in Mirror("http://mirror.test/debian").sources("trixie")
