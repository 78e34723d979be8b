"""The portal: its pages as plain files, and nginx, which serves them and passes /api on to the API."""

from __future__ import annotations

from pyinfra import host

from deploys.modules import module
from wod import certificates, frontend, portalsettings, templates
from wod.errors import WodError
from wod.facts.platform import Platform, platform_of
from wod.facts.webserver import OtherListener
from wod.inventory import root_of, settings_of, siblings
from wod.operations import files, packages, refusals, services, webroot, webserver
from wod.secrets import Secret
from wod.settings import Settings

MARKER = f"{frontend.TLS}/acme.names"


@module("Frontend")
def apply() -> None:
    """Show the portal."""
    settings, platform = settings_of(host), platform_of(host)
    if not platform.family:
        packages.unsupported(name="Know the distribution", distribution=str(platform))
        return
    try:
        pages, pem = prepare(settings)
    except WodError as error:  # an exception here would end the run for every host
        refusals.refused(name="Prepare the portal", reason=str(error).replace("\n", "; "))
        return
    install(settings, platform)
    show(pages)
    certify(settings, pem)
    configure(settings, platform)
    run(settings)
    renew(settings, platform)


def prepare(settings: Settings) -> tuple[portalsettings.Files, Secret | None]:
    """``(the pages, chain and key)``, all made or read on the control node; :class:`WodError` if they cannot be."""
    contradictions = frontend.problems(settings)
    if contradictions:
        raise WodError("\n".join(contradictions))
    pem = None
    if settings.WODTLS == "files":
        names = [settings.WODFEEXTFQDN]
        pem = certificates.bundle(settings.WODTLSCERT, settings.WODTLSKEY, names)
    return portalsettings.pages(settings, root_of(host)), pem


def install(settings: Settings, platform: Platform) -> None:
    acme = frontend.ACME_PACKAGES[platform.family] if settings.WODTLS == "acme" else ()
    wanted = (*frontend.PACKAGES[platform.family], *acme)
    packages.installed(name="Install nginx", family=platform.family, packages=wanted)


def show(pages: portalsettings.Files) -> None:
    """Before the configuration that names their folder; a new release is seen the moment that the link moves."""
    webroot.shown(
        name="Bring the portal's pages",
        root=frontend.ROOT,
        digest=portalsettings.digest(pages),
        archive=portalsettings.archive(pages),
    )


def certify(settings: Settings, pem: Secret | None) -> None:
    """The certificate with its key, 0600; for ACME one of our own making, until the authority's is there."""
    if settings.WODTLS == "off":
        return
    entries: list[files.Entry] = [files.Directory(frontend.TLS, 0o700)]
    if pem is not None:
        entries += [files.File(frontend.PEM, pem, 0o600), files.Absent(MARKER), files.Absent(frontend.HOOK)]
    files.present(name="Write the portal's certificate", entries=entries)
    if settings.WODTLS == "acme":
        name = settings.WODFEEXTFQDN
        webserver.temporary_certificate(name="Have a certificate to begin with", path=frontend.PEM, host_name=name)


def configure(settings: Settings, platform: Platform) -> None:
    """Judged by nginx together with all that the host has besides, before it takes the old one's place."""
    path, target = frontend.DEFAULT_SITE
    webserver.without_default_site(name="Take the distribution's welcome page away", path=path, target=target)
    told = frontend.values(settings, siblings(host), platform, port80=has_port80(settings))
    text = templates.render("frontend/wod.conf.j2", **told)
    entry = files.File(frontend.CONFIGURATION, text, check=webserver.STAGED_CHECK)
    files.present(name="Configure nginx", entries=[entry])


def has_port80(settings: Settings) -> bool:
    """Whether the redirect can be had: another program may hold the port. ACME cannot do without it."""
    if not frontend.redirects(settings):
        return False
    return settings.WODTLS == "acme" or not host.get_fact(OtherListener, port=frontend.REDIRECT)


def run(settings: Settings) -> None:
    """nginx, started where it does not run, and never restarted: what changed is taken in by a reload."""
    unit = services.Unit(frontend.UNIT, check="nginx -t -q")
    services.running(name="Run nginx", units=[unit])
    proto = "http" if settings.WODTLS == "off" else "https"
    watch = [frontend.CONFIGURATION, *([frontend.PEM] if proto == "https" else [])]
    url = f"{proto}://127.0.0.1:{settings.WODFEPORT}/"
    webserver.serving(name="Serve what it was told", url=url, watch=watch, pages=f"{frontend.ROOT}/current")


def renew(settings: Settings, platform: Platform) -> None:
    """The first certificate needs nginx to answer already; the distribution's timer sees to the later ones."""
    if settings.WODTLS != "acme":
        return
    hook = templates.render("frontend/hook.sh.j2", pem=frontend.PEM)
    folders = ["/etc/letsencrypt", "/etc/letsencrypt/renewal-hooks", frontend.HOOKS]
    files.present(
        name="Have new certificates taken in",
        entries=[
            *map(files.Directory, folders),
            files.Directory(frontend.CHALLENGES),
            files.File(frontend.HOOK, hook, 0o755),
        ],
    )
    webserver.acme_certificate(
        name="Get a certificate",
        hook=frontend.HOOK,
        webroot=frontend.CHALLENGES,
        mail=settings.WODACMEMAIL,
        url=settings.WODACMEURL or "none",
        marker=MARKER,
        names=[settings.WODFEEXTFQDN],
    )
    timer = services.Unit(frontend.TIMERS[platform.family])
    services.running(name="Renew it in time", units=[timer])
