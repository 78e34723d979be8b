"""Steps on what a student works with: compiled scripts, notebooks, hooks, and how far the student came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wod.engine import completion, homes, hooks, scripts, variables
from wod.engine.actions.order import Order
from wod.engine.actions.seats import NOT_NEEDED
from wod.engine.delivery import deliver
from wod.engine.errors import Impossible, TryLater
from wod.engine.hooks import Origin
from wod.engine.notebooks import Workshop
from wod.engine.runner import Job

TRIES = 3
"""How often a hook may fail before a person has to look."""


def _variables(order: Order, number: int) -> Mapping[str, object]:
    workshop = order.workshop()
    told = order.password(number) if workshop.varpass or workshop.ldap else None
    return variables.build(order.config, order.request, number, told)


def compile_scripts(order: Order, number: int) -> str:
    paths = scripts.sources(order.config, order.workshop().compile)
    if not paths:
        return NOT_NEEDED
    tools = order.tools
    entries = scripts.compiled(paths, tools.renderer, _variables(order, number), Path(order.config.state))
    return f"{deliver(order.account(number), order.home(number), list(entries))} scripts"


def notebooks(order: Order, number: int) -> str:
    """Rendered before anything is written, so that a mistake in one leaves no half of a workshop."""
    account, home = order.account(number), order.home(number)
    folder = Workshop(order.config, order.request.notebook)
    entries = folder.entries(order.tools.renderer, _variables(order, number))
    homes.check(home)
    homes.remove(home / order.request.notebook)
    return f"{deliver(account, home, entries)} files and folders"


def forget(order: Order, number: int) -> str:
    """The variables that hooks made for this student have done their work, and may hold secrets."""
    paths = [path for path in variables.files(order.config, order.request, number) if path.is_file()]
    for path in paths:
        path.unlink(missing_ok=True)
    return f"{len(paths)} files"


def measure(order: Order, number: int) -> str:
    """Remembered, for the home may be gone when the API is told."""
    done = completion.of(order.home(number) / order.request.notebook)
    order.memory.remember("completion", str(done))
    return f"{done} %"


def hook(order: Order, kind: str, origin: Origin) -> str:
    """Run a hook of the order's first student, if there is one; a third failure is final."""
    script = hooks.hook(order.config, origin, kind, order.request)
    if script is None:
        return "none"
    job = _job(order, kind, origin, script)
    outcome = order.tools.runner.run(job)
    if outcome.code == 0:
        return script.name
    failure = f"{origin} hook {script.name} failed with {outcome.code}: {outcome.last or 'it printed nothing'}"
    _count_failure(order, f"hook:{kind}:{origin}", failure)
    raise TryLater(failure)


def _count_failure(order: Order, key: str, failure: str) -> None:
    """The third is final; when an operator tries again, it counts anew."""
    failures = int(order.memory.recall(key) or "0") + 1
    order.memory.remember(key, str(failures % TRIES))
    if failures >= TRIES:
        raise Impossible(f"{failure} ({failures} times)")


def _job(order: Order, kind: str, origin: Origin, script: Path) -> Job:
    config, request, api = order.config, order.request, order.tools.api
    password, token = order.password(request.first), api.token()
    environment = hooks.environment(config, request, order.workshop(), request.first, password, token, api.url)
    secrets = [password, token, config.api_password, config.hub_token]
    job = Job(f"{request.id}-{kind}-{origin}", script, config.admin, environment, secrets, config.hook_timeout)
    return _filled_in(order, job) if script.suffix == hooks.TEMPLATE else job


def _filled_in(order: Order, job: Job) -> Job:
    """A template's text as of now: an earlier hook may have found something out."""
    values = _variables(order, order.request.first)
    text = hooks.rendered(order.tools.renderer, job.script, values)
    return replace(job, text=text, secrets=[*job.secrets, *hooks.secrets_in(values)])


def reset_hooks_exist(order: Order) -> str:
    """A workshop that is marked to be reset, and cannot be, must not be handed out again."""
    if not any(hooks.hook(order.config, origin, "reset", order.request) for origin in ("public", "private")):
        name = f"reset-{order.request.notebook}.sh"
        raise Impossible(f"{order.request.workshop} is marked reset, but has no {name}; add it, then retry")
    return "found"
