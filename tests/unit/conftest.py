"""Properties are checked on machines that are busy with other things: how long an example takes is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("wod", deadline=None, max_examples=60)
settings.load_profile("wod")
