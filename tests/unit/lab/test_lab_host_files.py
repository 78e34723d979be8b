"""What is written into a host's file system, and that it stays inside."""

import stat
from ipaddress import IPv4Network

import pytest

from wod.errors import WodError
from wod.lab import personalise, tree
from wod.lab.hostset import BY_NAME
from wod.lab.mirror import Mirror
from wod.lab.recipe import Recipe

NET = IPv4Network("10.1.2.0/24")
BE1 = BY_NAME["be1"]


@pytest.fixture
def me():
    import os

    return os.getuid(), os.getgid()


def test_a_file_is_written_with_its_mode(tmp_path, me):
    tree.write(tmp_path, "etc/ssh/key", "secret", 0o600, me)
    assert (tmp_path / "etc/ssh/key").read_text() == "secret"
    assert stat.S_IMODE((tmp_path / "etc/ssh/key").stat().st_mode) == 0o600


def test_a_link_is_replaced_not_followed_out_of_the_host(tmp_path, me):
    outside = tmp_path / "machine-resolv.conf"
    outside.write_text("the machine's")
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/resolv.conf").symlink_to(outside)
    tree.write(tmp_path / "root", "etc/resolv.conf", "the host's", owner=me)
    assert outside.read_text() == "the machine's"
    assert not (tmp_path / "root/etc/resolv.conf").is_symlink()


def test_a_directory_that_leads_out_of_the_host_is_refused(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root/etc").symlink_to(tmp_path / "outside")
    with pytest.raises(WodError, match="leads out of the host"):
        tree.write(tmp_path / "root", "etc/hostname", "x")
    with pytest.raises(WodError, match="leads out of the host"):
        tree.read(tmp_path / "root", "etc/hostname")


def test_a_link_reads_as_no_file(tmp_path):
    (tmp_path / "hostname").symlink_to("/etc/hostname")
    assert tree.read(tmp_path, "hostname") is None


def test_an_account_is_looked_up_in_the_host(tmp_path, me):
    tree.write(tmp_path, "etc/passwd", "root:x:0:0::/:/bin/sh\ninstall:x:1000:1001::/:/bin/sh\n", owner=me)
    assert tree.account(tmp_path, "install") == (1000, 1001)
    with pytest.raises(WodError, match="no account nobody"):
        tree.account(tmp_path, "nobody")


def test_a_host_resolves_itself_and_every_other_one_of_a_platform():
    block = personalise.hosts_block(BE1, NET)
    assert block.count("10.1.2.11 be1\n") == 1
    assert "10.1.2.15 api\n" in block
    assert " n0" not in block
    assert block.replace("# wod lab: end", "10.1.2.112 n02\n# wod lab: end") == personalise.hosts_block(
        BY_NAME["n02"], NET
    )


def test_the_block_in_etc_hosts_is_replaced_and_the_rest_left_alone():
    first = personalise.with_block("127.0.0.1 localhost\n", personalise.hosts_block(BE1, NET))
    assert first.startswith("127.0.0.1 localhost\n# wod lab: begin\n")
    others = first + "# somebody else's\n10.9.9.9 ldap\n"
    moved = personalise.with_block(others, personalise.hosts_block(BE1, IPv4Network("10.7.7.0/24")))
    assert "10.1.2." not in moved
    assert moved.endswith("10.7.7.16 www\n# wod lab: end\n# somebody else's\n10.9.9.9 ldap\n")
    assert personalise.with_block(moved, personalise.hosts_block(BE1, IPv4Network("10.7.7.0/24"))) == moved


def test_the_network_file_names_address_and_gateway():
    text = personalise.network_file(BY_NAME["be2"].placed_in(NET), NET)
    assert "Address=10.1.2.12/24\nGateway=10.1.2.1\n" in text


def test_a_machine_id_follows_from_the_hosts_key():
    one, other = personalise.machine_id("ssh-ed25519 A"), personalise.machine_id("ssh-ed25519 B")
    assert one != other
    assert one == personalise.machine_id("ssh-ed25519 A")
    assert len(one) == 32


def test_an_images_name_changes_with_whatever_goes_into_it():
    mirror = Mirror("http://mirror.test/debian")
    recipes = [
        Recipe("bookworm", mirror),
        Recipe("trixie", mirror),
        Recipe("bookworm", Mirror("http://mirror.test/debian", "http://mirror.test/security")),
        Recipe("bookworm", mirror, ("systemd",)),
    ]
    assert len({recipe.name for recipe in recipes}) == len(recipes)
    assert Recipe("bookworm", mirror).name == recipes[0].name
    assert recipes[0].name.startswith("bookworm-")
