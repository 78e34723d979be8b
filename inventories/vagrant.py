"""The virtual machines of the Vagrantfile: `vagrant up`, then `pyinfra -y inventories/vagrant.py deploys/site.py`."""

from wod import vagrant
from wod.inventory import build, repository_root

globals().update(build("vagrant", vagrant.hosts(repository_root())))
