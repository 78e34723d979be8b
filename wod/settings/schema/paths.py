"""Where things lie on the hosts."""

from __future__ import annotations

from wod.settings.declare import Section, setting
from wod.settings.types import Folder, Text


class Paths(Section):
    """Places on the hosts

    Do not change these without a need. The original's installer sets them as environment variables, so its
    files say "{{ ansible_env.WODBEDIR }}" here; that means: the value given by a lower layer, in the end the
    default.
    """

    WODROOTDIR: Folder = setting(
        "/home/{{ WODUSER }}", "The folder that holds the repositories.", example="/home/wodadmin"
    )
    WODBEDIR: Folder = setting("{{ WODROOTDIR }}/wod-backend", "The backend's repository.", example="/srv/wod-backend")
    WODPRIVDIR: Folder = setting("{{ WODROOTDIR }}/wod-private", "The private repository.", example="/srv/wod-private")
    WODNOBO: Folder = setting("{{ WODROOTDIR }}/wod-notebooks", "The public workshops.", example="/srv/wod-notebooks")
    WODAPIDBDIR: Folder = setting("{{ WODROOTDIR }}/wod-api-db", "The API's repository.", example="/srv/wod-api-db")
    WODFEDIR: Folder = setting("{{ WODROOTDIR }}/wod-frontend", "The portal's repository.", example="/srv/wod-frontend")
    SCRIPTDIR: Folder = setting(
        "{{ WODBEDIR }}/scripts", "The backend's scripts.", example="/srv/scripts", aliases=("WODSCRIPTDIR",)
    )
    ANSIBLEDIR: Folder = setting(
        "{{ WODBEDIR }}/ansible",
        "The original backend's playbooks.",
        example="/srv/ansible",
        aliases=("WODANSIBLEDIR",),
    )
    WODSYSDIR: Folder = setting("{{ WODBEDIR }}/sys", "The backend's system templates.", example="/srv/sys")
    WODPRIVNOBO: Folder = setting("{{ WODPRIVDIR }}/notebooks", "The private workshops.", example="/srv/notebooks")
    SCRIPTPRIVDIR: Folder = setting(
        "{{ WODPRIVDIR }}/scripts",
        "The private scripts.",
        example="/srv/scripts",
        aliases=("WODSCRIPTPRIVDIR",),
    )
    ANSIBLEPRIVDIR: Folder = setting(
        "{{ WODPRIVDIR }}/ansible",
        "The original private playbooks.",
        example="/srv/x",
        aliases=("WODANSIBLEPRIVDIR",),
    )
    WODSYSPRIVDIR: Folder = setting("{{ WODPRIVDIR }}/sys", "The private system templates.", example="/srv/priv/sys")


class Installer(Section):
    """Places and options of the original installer

    Read so that files written for it load, and for content that names them; wod itself does not need them.
    """

    WODINSDIR: Folder = setting(
        "{{ WODROOTDIR }}/wod-install/install", "Its scripts.", example="/srv/wod-install/install"
    )
    WODINSANSDIR: Folder = setting("{{ WODROOTDIR }}/wod-install/ansible", "Its playbooks.", example="/srv/ins/ansible")
    WODINSSCRIPTDIR: Folder = setting(
        "{{ WODROOTDIR }}/wod-install/scripts", "Its common scripts.", example="/srv/ins/scripts"
    )
    WODINSSYSDIR: Folder = setting("{{ WODROOTDIR }}/wod-install/sys", "Its system templates.", example="/srv/ins/sys")
    WODPRIVINV: Text = setting(
        "", "Its option for a private inventory.", example="-i /srv/wod-private/ansible/inventory"
    )
    WODANSPLAYOPT: Text = setting("", "Its options for every playbook.", example="-e WODUSER=wodadmin")
    WODANSPRIVOPT: Text = setting("", "Its options for private variables.", example="-e @/srv/wod-private/x.yml")
    WODCURLOPT: Text = setting(
        "", "Options for curl; -k accepts self-signed certificates (the installer's -c).", example="-k"
    )
