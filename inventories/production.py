"""A real site: fill in your hosts, then run ``pyinfra inventories/production.py deploys/backend.py``."""

from wod.inventory import Host, build

SSH = {"ssh_user": "install"}

globals().update(
    build(
        "production",
        [
            Host("be1.example.org", number=1, external="jupyter1.example.org:443:https", ssh=SSH),
            Host("be2.example.org", number=2, external="jupyter2.example.org:443:https", ssh=SSH),
            Host("api.example.org", role="api_db", ssh=SSH),
            Host("www.example.org", role="frontends", external="workshops.example.org:443:https", ssh=SSH),
        ],
    )
)
