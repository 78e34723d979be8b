"""Roll out a whole site: every host of the inventory, each by its role."""

from deploys.modules import roll_out_all

roll_out_all()
