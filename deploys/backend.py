"""Roll out the backends: JupyterHub with its student accounts."""

from deploys.modules import roll_out

roll_out("backends")
