"""The engine: its account, its environment, what it is told, and the worker that carries requests out."""

from __future__ import annotations

from pyinfra import host

from deploys.modules import module
from wod import templates, wheel
from wod.engine import config
from wod.enginesettings import ACCOUNT, LINK, environment_of, receiver_of, worker_of
from wod.inventory import settings_of
from wod.operations import account, files, services, wheeltree
from wod.secrets import Secret
from wod.settings import Settings

FOLDER = str(config.RECEIVER.parent)
REQUIREMENTS = f"{FOLDER}/requirements.txt"
UNIT = "/etc/systemd/system/wod-engine.service"


@module("Engine")
def apply() -> None:
    """Install the engine and keep its worker running."""
    settings = settings_of(host)
    account.system(name=f"Make the account {ACCOUNT}", user=ACCOUNT, home=str(config.STATE), comment="WoD engine")
    write_configuration(settings)
    requirements = templates.text("engine/packages/requirements.txt")
    wheeltree.built(
        name="Install the engine",
        link=LINK,
        digest=wheeltree.digest_of(wheel.ENGINE, requirements),
        requirements=REQUIREMENTS,
        part=wheel.ENGINE,
    )
    run()


def write_configuration(settings: Settings) -> None:
    """Two files with secrets, each for the account that needs it; the folders; ``/etc/wod.sh`` for hook scripts."""
    state, queue = str(config.STATE), f"{config.STATE}/queue"
    paths = {"link": LINK, "students": settings.STUDDIR, "state": state, "private": settings.WODPRIVDIR}
    unit = templates.render("engine/wod-engine.service.j2", admin=settings.WODUSER, **paths)
    files.present(
        name="Write what the engine needs to know",
        entries=[
            files.Directory(FOLDER, 0o750, "root", ACCOUNT),
            files.Directory(state, 0o710, "root", ACCOUNT),
            files.Directory(queue, 0o700, ACCOUNT, ACCOUNT),
            files.Directory(f"{state}/mail", 0o700, ACCOUNT, ACCOUNT),
            files.File(REQUIREMENTS, templates.text("engine/packages/requirements.txt")),
            files.File(str(config.RECEIVER), hidden("receive.json", receiver_of(settings)), 0o640, "root", ACCOUNT),
            files.File(str(config.WORKER), hidden("worker.json", worker_of(settings)), 0o600),
            files.File("/etc/wod.sh", templates.render("engine/wod.sh.j2", values=environment_of(settings)), 0o755),
            files.File("/etc/wod.yml", f"---\nWODUSER: {settings.WODUSER}\nWODSENDER: {settings.WODSENDER}\n"),
            files.File(UNIT, unit),
        ],
    )


def hidden(name: str, told: config.Receiver | config.Worker) -> Secret:
    return Secret(name, config.dump(told))


def run() -> None:
    """The worker, restarted when a file that it read at its start has changed."""
    watch = (UNIT, str(config.WORKER), LINK, f"{LINK}/.wod-complete")
    services.running(name="Run the engine's worker", units=[services.Unit("wod-engine.service", watch=watch)])
