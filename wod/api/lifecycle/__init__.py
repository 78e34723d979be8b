"""The life cycle of registrations: decides what is due, and sends it (contract sections 4 to 6).

``decisions`` is pure; ``reading`` and ``changes`` are the database's side of it; ``outbox`` holds what is to be sent.
"""

from wod.api.lifecycle.service import run, tick

__all__ = ["run", "tick"]
