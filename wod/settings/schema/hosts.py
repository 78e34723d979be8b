"""Names, ports and protocols by which the tiers reach one another, and by which the outside reaches them."""

from __future__ import annotations

from wod.settings.declare import Section, setting
from wod.settings.types import Host, MaybeAddress, Port, Proto, Url


class BackendAddress(Section):
    """The backend's address

    The inventory sets these for each backend (the original installer's -b, -j and -i).
    """

    FILE = "wod-system"

    WODBEFQDN: Host = setting("localhost", "The backend's internal name.", example="be1.internal.example.org")
    WODBEPORT: Port = setting(8000, "The port of its JupyterHub.", example=8010, aliases=("BEPORT",))
    WODBEPROTO: Proto = setting("http", "The protocol of its JupyterHub.", example="https")
    WODBEEXTFQDN: Host = setting(
        "{{ WODBEFQDN }}",
        "Its name from outside; it is also the name of the location.",
        example="be1.example.org",
    )
    WODBEEXTPORT: Port = setting("{{ WODBEPORT }}", "Its port from outside.", example=443)
    WODBEEXTPROTO: Proto = setting("{{ WODBEPROTO }}", "Its protocol from outside.", example="https")
    WODBEIP: MaybeAddress = setting(
        None, "Its address, where it cannot be found out from the name.", example="192.0.2.11"
    )
    WODBEAPIURL: Url = setting(
        "{{ WODBEPROTO }}://{{ WODBEFQDN }}:{{ WODBEPORT }}",
        "Where the Hub's own API is reached.",
        example="http://be1.internal.example.org:8000",
    )


class ApiAddress(Section):
    """The API's address

    The inventory sets these from the api-db host (the original installer's -a and -e).
    """

    FILE = "wod-system"

    WODAPIDBFQDN: Host = setting(
        "{{ WODFEFQDN }}", "The api-db host's internal name.", example="api.internal.example.org"
    )
    WODAPIDBPORT: Port = setting(8021, "Its port.", example=10000)
    WODAPIDBPROTO: Proto = setting("http", "Its protocol.", example="https")
    WODAPIDBEXTFQDN: Host = setting("{{ WODAPIDBFQDN }}", "Its name from outside.", example="api.example.org")
    WODAPIDBEXTPORT: Port = setting("{{ WODAPIDBPORT }}", "Its port from outside.", example=443)
    WODAPIDBEXTPROTO: Proto = setting("{{ WODAPIDBPROTO }}", "Its protocol from outside.", example="https")
    WODAPIDBURL: Url = setting(
        "{{ WODAPIDBPROTO }}://{{ WODAPIDBFQDN }}:{{ WODAPIDBPORT }}/api",
        "Where the API is reached from inside.",
        example="http://api.internal.example.org:8021/api",
    )
    WODAPIDBEXTURL: Url = setting(
        "{{ WODAPIDBEXTPROTO }}://{{ WODAPIDBEXTFQDN }}:{{ WODAPIDBEXTPORT }}/api",
        "Where the API is reached from outside.",
        example="https://api.example.org/api",
    )
    WODFEAPIURL: Url = setting(
        "{{ WODAPIDBURL }}", "Where backends reach the API.", example="https://api.internal.example.org/api"
    )


class FrontendAddress(Section):
    """The portal's address

    The inventory sets these from the frontend host (the original installer's -f and -w).
    """

    FILE = "wod-system"

    WODFEFQDN: Host = setting("{{ WODBEFQDN }}", "The frontend's internal name.", example="fe.internal.example.org")
    WODFEPORT: Port = setting(8000, "Its port.", example=80)
    WODFEPROTO: Proto = setting("http", "Its protocol.", example="https")
    WODFEEXTFQDN: Host = setting("{{ WODFEFQDN }}", "Its name from outside.", example="wod.example.org")
    WODFEEXTPORT: Port = setting("{{ WODFEPORT }}", "Its port from outside.", example=443)
    WODFEEXTPROTO: Proto = setting("{{ WODFEPROTO }}", "Its protocol from outside.", example="https")
