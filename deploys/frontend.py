"""Roll out the frontends: the portal."""

from deploys.modules import roll_out

roll_out("frontends")
