"""A host in a few dictionaries: it answers our facts and takes our commands, so that roll-outs need no machine.

It knows what each of our commands means, not how a shell carries it out: that is proven where the real scripts run, in
``tests/unit`` and in the lab. A command that it does not know is an error.

Each area of a host is one file: its state, a method for each command, and last the table of which command is which
method. :mod:`meaning` puts the tables together, :mod:`host` the areas, :mod:`connector` a host behind pyinfra.
"""

from tests.modules.model.connector import simulate
from tests.modules.model.host import Model

__all__ = ["Model", "simulate"]
