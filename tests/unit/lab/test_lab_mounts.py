from pathlib import Path

from wod.lab import cgroups, mounts

MOUNTINFO = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 22 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
41 22 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
42 22 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
95 22 0:50 / /var/lib/my\\040lab/hosts/be1/root rw - overlay overlay rw,lowerdir=/c/layer:/c/base,upperdir=/s/be1/upper
garbage
"""


def test_the_kernels_table_is_read():
    overlay = mounts.parse(MOUNTINFO)[-1]
    assert overlay.point == Path("/var/lib/my lab/hosts/be1/root")
    assert overlay.kind == "overlay"
    assert overlay.options["upperdir"] == "/s/be1/upper"


def test_a_process_that_is_gone_has_no_mounts():
    assert mounts.mounted(2**22 + 1) == []


def test_lower_layers_in_use_are_found(monkeypatch):
    monkeypatch.setattr(mounts, "mounted", lambda: mounts.parse(MOUNTINFO))
    assert mounts.lower_layers_in_use() == {Path("/c/layer"), Path("/c/base")}


def test_hosts_get_a_group_in_the_hierarchies_that_systemd_uses(monkeypatch):
    monkeypatch.setattr(mounts, "mounted", lambda: mounts.parse(MOUNTINFO))
    assert cgroups.hierarchies() == [Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified")]
    assert cgroups.legacy()


def test_groups_are_removed_innermost_first(tmp_path, monkeypatch):
    (tmp_path / "wodlab-be1/payload/system.slice").mkdir(parents=True)
    monkeypatch.setattr(cgroups, "hierarchies", lambda: [tmp_path])
    cgroups.remove("wodlab-be1")
    cgroups.remove("wodlab-be1")
    assert list(tmp_path.iterdir()) == []
