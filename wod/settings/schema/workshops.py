"""What the public workshops need besides the open families of names (see wod/settings/families.py)."""

from __future__ import annotations

from wod.settings.declare import Section, setting
from wod.settings.types import MaybeHost, MaybePort, MaybeSecret, MaybeText, MaybeUrl


class Workshops(Section):
    """Services behind single public workshops

    Unset means that the workshop which needs it is not offered here.
    """

    FILE = "wod-backend"

    LLM101_API_KEY: MaybeSecret = setting(None, "LLM101: the key of the model's API.", secrecy="given")
    LLM101_MODEL_NAME: MaybeText = setting(None, "LLM101: the model's name.", example="example/model-8b")
    LLM101_BASE_URL: MaybeUrl = setting(None, "LLM101: the model's API.", example="http://192.0.2.40:8000/v1")
    OCENDPOINT: MaybeText = setting(
        None, "The endpoint of the OpenShift cluster.", example="https://oc.example.org:6443"
    )
    HPEECPGWNAME: MaybeHost = setting(None, "The gateway of the container platform.", example="gw.example.org")
    HPEECPK8S101PORT: MaybePort = setting(None, "Its port for K8S101.", example=10000)
    STACKSTORMSRVNAME: MaybeHost = setting(None, "The StackStorm server.", example="st2.example.org")
    STACKSTORMWEBUIPORT: MaybePort = setting(None, "The port of StackStorm's web page.", example=443)
