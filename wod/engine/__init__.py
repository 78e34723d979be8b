"""The engine: on a backend, an order that came by mail becomes a queued request becomes a handed-out workshop.

It is installed on hosts as a wheel into an environment of its own, with jinja2 and httpx and nothing else of ours:
nothing here imports pyinfra, pydantic or ``wod.settings``.
"""
