"""The API and its life cycle: seats, registrations, mails; wire-compatible with the original (contract.md).

It is installed on the api-db host as a wheel into an environment of its own; nothing here imports pyinfra, click or
``wod.settings``.
"""
