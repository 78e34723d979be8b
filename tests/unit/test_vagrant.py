"""The Vagrantfile: Ruby that parses, and names the machines that the inventory rolls out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wod import vagrant
from wod.inventory import load_site

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """
require "json"
class Recorder
  attr_reader :told
  def initialize; @told = {}; end
  def vm; self; end
  def define(name); host = Recorder.new; yield host; (@told["machines"] ||= {})[name] = host.told; end
  def provider(kind); one = Recorder.new; yield one; (@told["providers"] ||= {})[kind] = one.told; end
  def network(kind, ip:); @told[kind] = ip; end
  def synced_folder(*_, **options); @told["synced"] = !options[:disabled]; end
  def method_missing(name, value); @told[name.to_s.delete_suffix("=")] = value; end
  def respond_to_missing?(*_); true; end
end
module Vagrant
  def self.configure(version)
    config = Recorder.new
    yield config
    puts JSON.generate(config.told.merge("version" => version))
  end
end
load ARGV[0]
"""
"""What of Vagrant the file uses, told as JSON."""


def ruby(*words: str) -> str:
    assert shutil.which("ruby"), "ruby is missing; scripts/prepare installs it"
    done = subprocess.run(["ruby", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The file in a folder whose .venv is this one's, wherever the tests are run from."""
    (tmp_path / "Vagrantfile").write_text((ROOT / "Vagrantfile").read_text())
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / ".venv/bin/python").chmod(0o755)
    return tmp_path / "Vagrantfile"


def test_it_is_ruby() -> None:
    assert ruby("-c", str(ROOT / "Vagrantfile")) == "Syntax OK\n"


def test_it_names_the_machines_of_the_inventory(copy: Path) -> None:
    told = json.loads(ruby("-e", STAND_IN, str(copy)))
    assert (told["version"], told["synced"]) == ("2", False)
    site = load_site(ROOT / "inventories/vagrant.py")
    assert list(told["machines"]) == [host.name for host in site.hosts]
    for host in site.hosts:
        machine = told["machines"][host.name]
        assert machine["private_network"] == host.declared.address
        assert (machine["hostname"], machine["box"]) == (host.name, vagrant.BOX)
        assert set(machine["providers"]) == set(vagrant.PROVIDERS)
        assert all(each["memory"] >= 1024 for each in machine["providers"].values())
    assert {host.role for host in site.hosts} == {"backends", "api_db", "frontends"}


def test_the_inventory_has_those_that_were_made_and_their_keys(tmp_path: Path) -> None:
    key = tmp_path / ".vagrant/machines/api/libvirt/private_key"
    key.parent.mkdir(parents=True)
    key.write_text("")
    (host,) = vagrant.hosts(tmp_path)
    assert (host.name, host.ssh) == ("api", {"ssh_user": "vagrant", "ssh_key": str(key)})
