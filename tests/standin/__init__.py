"""Stand-ins for what the engine talks to: the platform's API and a JupyterHub, as real HTTP servers.

They check each call against the contract, keep what they are told in memory, and record all calls. Only the standard
library is used. ``python -m tests.standin --help`` starts one for hosts of the lab.
"""

from tests.standin.api import ApiStandIn
from tests.standin.hub import HubStandIn
from tests.standin.server import Call

__all__ = ["ApiStandIn", "Call", "HubStandIn"]
