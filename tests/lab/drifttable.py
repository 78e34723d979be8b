"""The kinds of drift that are planted: see :mod:`tests.lab.drifts`."""

from __future__ import annotations

from tests.lab.drifts import Drift

SYSTEM_FILES = "System | Write limits, kernel parameters and the skeleton of homes"
FOLDERS = "System | Make the folders of wod, and let its admin use sudo"
FIREWALL = "System | Let in SSH and the role's ports only"
UPDATE = "System | Write the daily update"
UNITS = "/etc/systemd/system"
ANY = [
    Drift(
        "removed package", "", "System | Install the base packages",
        "dpkg --force-depends --remove rsync >/dev/null", "install rsync",
    ),
    Drift("removed sudoers drop-in", "", FOLDERS, "rm /etc/sudoers.d/90-wod", "/etc/sudoers.d/90-wod"),
    Drift("open folder of wod", "", FOLDERS, "chmod 777 /etc/wod", "/etc/wod: folder 0755 root:root, was dir 0777"),
    Drift(
        "lost public key", "", "System | Make wodadmin and its SSH key", "rm ~wodadmin/.ssh/id_ed25519.pub",
    ),
    Drift(
        "edited limits", "", SYSTEM_FILES, "echo '* hard maxlogins 999' >> /etc/security/limits.d/90-wod.conf",
        "-* hard maxlogins 999",
    ),
    Drift("removed sysctl file", "", SYSTEM_FILES, "rm /etc/sysctl.d/90-wod.conf", "+++ /etc/sysctl.d/90-wod.conf"),
    Drift(
        "live kernel parameter", "", "System | Set the kernel parameters",
        "sysctl -qw net.ipv4.tcp_keepalive_time=99", "set net.ipv4.tcp_keepalive_time=1800",
    ),
    Drift(
        "edited block in /etc/hosts", "", "System | Name the platform's hosts in /etc/hosts",
        "sed -i '/# BEGIN wod/,/# END wod/s/ api$/ elsewhere/' /etc/hosts; grep -q elsewhere /etc/hosts",
    ),
    Drift("removed firewall rule", "", FIREWALL, "ufw delete allow PORT/tcp", "port PORT"),
    Drift("added firewall rule", "", FIREWALL, "ufw allow 9999/tcp", "port 9999"),
    Drift("firewall off", "", FIREWALL, "ufw disable", "ufw --force enable"),
    Drift(
        "disabled timer", "", "System | Update every day, keep the clock", "systemctl disable --now wod-update.timer",
        "start wod-update.timer",
    ),
    Drift(
        "script that is no program", "", UPDATE, "chmod 644 /usr/local/sbin/wod-update",
        "/usr/local/sbin/wod-update: 0755 root:root, was file 0644",
    ),
    Drift("edited unit of the update", "", UPDATE, f"echo '# x' >> {UNITS}/wod-update.service", "-# x"),
    Drift(
        "edited timer", "", UPDATE,
        f"sed -i 's/OnCalendar=.*/OnCalendar=yearly/' {UNITS}/wod-update.timer; systemctl daemon-reload",
        "-OnCalendar=yearly",
    ),
    Drift(
        "edited jail", "", "fail2ban | Write jails, filters and actions",
        "echo 'maxretry = 999' >> /etc/fail2ban/jail.d/wod.local", "-maxretry = 999", restarts=("fail2ban.service",),
    ),
    Drift(
        "masked service", "", "fail2ban | Run fail2ban", "systemctl mask --now fail2ban", "start fail2ban.service",
        restarts=("fail2ban.service",),
    ),
    Drift("removed stamp", "", "Stamp | Write the stamp", "rm /etc/wod/stamp.json", "the host has no stamp"),
    Drift(
        "edited stamp", "", "Stamp | Write the stamp",
        """sed -i 's/"revision": "[^"]*"/"revision": "0.0.1"/' /etc/wod/stamp.json""", "revision: 0.0.1",
    ),
]  # fmt: skip

HUB_FILES, HUB_RUN = "JupyterHub | Write the Hub's configuration", "JupyterHub | Run the Hub and its proxy"
HUB_USERS, STUDENTS = "Students | Keep 20 Hub users", "Students | Keep 20 accounts and their homes"
CONTENT = "Content | Bring the content repositories up to date"
ENGINE_FILES, MAIL_FILES = (
    "Engine | Write what the engine needs to know",
    "Mail server | Write the mail server's configuration",
)
HUB, PROXY, ENGINE = "jupyterhub.service", "jupyterhub-proxy.service", "wod-engine.service"
POSTFIX = ("postfix.service", "postfix@-.service")
TOKEN = """printf 'Authorization: token %s' "$(cat /etc/jupyterhub/token)" """
IN_CONTENT = "cd $(dirname $(ls -d ~wodadmin/*/.git | head -n 1)); set -- $(ls -d */*.ipynb | head -n 1); "
BACKENDS = [
    Drift(
        "edited Hub configuration", "backends", HUB_FILES,
        "echo 'c.Authenticator.allow_all = True' >> /etc/jupyterhub/jupyterhub_config.py",
        "-c.Authenticator.allow_all = True", restarts=(HUB,),
    ),
    Drift("readable token", "backends", HUB_FILES, "chmod 644 /etc/jupyterhub/token", "/etc/jupyterhub/token: 0600"),
    Drift(
        "removed kernel specification", "backends", HUB_FILES, "rm -r /usr/local/share/jupyter/kernels/bash",
        "+++ /usr/local/share/jupyter/kernels/bash/kernel.json",
    ),
    Drift("edited unit", "backends", HUB_FILES, f"echo '# x' >> {UNITS}/{HUB}", "-# x", restarts=(HUB,)),
    Drift(
        "deleted unit", "backends", HUB_FILES, f"rm {UNITS}/{PROXY}; systemctl daemon-reload", f"+++ {UNITS}/{PROXY}",
        restarts=(PROXY, HUB),
    ),
    Drift("edited PAM file", "backends", HUB_FILES, "echo '# x' >> /etc/pam.d/jupyterhub", "-# x"),
    Drift("stopped Hub", "backends", HUB_RUN, f"systemctl stop {HUB}", f"start {HUB}", (HUB_USERS,), (HUB,)),
    Drift(
        "stopped proxy", "backends", HUB_RUN, f"systemctl stop {PROXY}", f"start {PROXY}", restarts=(PROXY,),
    ),
    Drift("disabled Hub", "backends", HUB_RUN, f"systemctl disable {HUB}", f"enable {HUB} at boot"),
    Drift(
        "readable token of the proxy", "backends", "JupyterHub | Make the proxy's token",
        "chmod 644 /etc/jupyterhub/proxy.env",
    ),
    Drift(
        "removed Python package", "backends", "JupyterHub | Build the environment",
        "/opt/jupyterhub/bin/pip uninstall -q -y bash_kernel 2>&1", restarts=(HUB,), slow=True,
    ),
    Drift("deleted account", "backends", STUDENTS, "userdel student5", "create: students 5"),
    Drift("changed uid", "backends", STUDENTS, "usermod -u 5006 student6", "correct: students 6"),
    Drift("changed gid", "backends", STUDENTS, "groupmod -g 2950 student9", "correct: students 9"),
    Drift("changed shell", "backends", STUDENTS, "usermod -s /bin/false student10", "correct: students 10"),
    Drift("changed comment", "backends", STUDENTS, "usermod -c Somebody student11", "correct: students 11"),
    Drift("open home", "backends", STUDENTS, "chmod 777 /student/student7", "mend homes: students 7"),
    Drift("removed ACL", "backends", STUDENTS, "setfacl -b /student/student8", "mend homes: students 8"),
    Drift("home of another", "backends", STUDENTS, "chown root:root /student/student12", "mend homes: students 12"),
    Drift(
        "wrong owner of /student", "backends", "Students | Make the folder of the homes",
        "chown nobody:nogroup /student; chmod 755 /student", "/student: folder 0711 wodadmin:wodadmin, was dir 0755",
    ),
    Drift(
        "removed Hub user", "backends", HUB_USERS,
        f"{TOKEN} | curl -sS -f -X DELETE -H @- http://127.0.0.1:8081/hub/api/users/student15",
        "add Hub users: students 15",
    ),
    Drift("edited content", "backends", CONTENT, f'{IN_CONTENT} echo x >> "$1"', "1 paths changed"),
    Drift("deleted content", "backends", CONTENT, f'{IN_CONTENT} rm "$1"', "1 paths changed"),
    Drift(
        "removed engine configuration", "backends", ENGINE_FILES, "rm /etc/wod/engine/worker.json",
        "/etc/wod/engine/worker.json: (secret, new)", restarts=(ENGINE,),
    ),
    Drift("edited environment of hooks", "backends", ENGINE_FILES, "echo 'X=1' >> /etc/wod.sh", "-X=1"),
    Drift(
        "stopped engine", "backends", "Engine | Run the engine's worker", f"systemctl stop {ENGINE}",
        f"start {ENGINE}", restarts=(ENGINE,),
    ),
    Drift(
        "removed part of the engine", "backends", "Engine | Install the engine",
        "rm -r /opt/wod-engine/lib/python3*/site-packages/wod/engine", restarts=(ENGINE,), slow=True,
    ),
    Drift(
        "edited main.cf", "backends", MAIL_FILES, "postconf -e message_size_limit=4711", "-message_size_limit = 4711",
        restarts=POSTFIX,
    ),
    Drift("edited master.cf", "backends", MAIL_FILES, "echo '# x' >> /etc/postfix/master.cf", "-# x", restarts=POSTFIX),
    Drift("edited procmailrc", "backends", MAIL_FILES, "echo '# x' >> /etc/wod/procmailrc", "-# x"),
    Drift(
        "stopped mail server", "backends", "Mail server | Run the mail server", "systemctl stop 'postfix*'",
        "start postfix", restarts=POSTFIX,
    ),
]  # fmt: skip

API_FILES, API_RUN = "API | Write what the API needs to know", "API | Run the API and the life cycle"
CATALOGUE = "API | Bring the catalogue into the database"
ROLE = "PostgreSQL | Make the role wod-api and its database"
API, LIFECYCLE, POSTGRES = "wod-api.service", "wod-lifecycle.service", "postgresql@15-main.service"
POSTGRES_FILES = "/etc/postgresql/15/main"
PSQL = "cd /; runuser -u postgres -- psql -qAt"
DATABASES = [
    Drift("edited unit of the API", "api_db", API_FILES, f"echo '# x' >> {UNITS}/{API}", "-# x", restarts=(API,)),
    Drift(
        "removed API configuration", "api_db", API_FILES, "rm /etc/wod/api/api.json", "/etc/wod/api/api.json: (secret",
        (CATALOGUE,), (API, LIFECYCLE),
    ),
    Drift("stopped API", "api_db", API_RUN, f"systemctl stop {API}", f"start {API}", restarts=(API,)),
    Drift("stopped life cycle", "api_db", API_RUN, f"systemctl disable --now {LIFECYCLE}", f"start {LIFECYCLE}",
          restarts=(LIFECYCLE,)),
    Drift(
        "edited pg_hba.conf", "api_db", "PostgreSQL | Make PostgreSQL's cluster, and say who gets in",
        f"sed -i 2d {POSTGRES_FILES}/pg_hba.conf", f"{POSTGRES_FILES}/pg_hba.conf: our lines",
        restarts=(POSTGRES, API, LIFECYCLE),
    ),
    Drift(
        "edited settings of PostgreSQL", "api_db", "PostgreSQL | Configure PostgreSQL",
        f"echo 'work_mem = 1MB' >> {POSTGRES_FILES}/conf.d/90-wod.conf", "-work_mem = 1MB",
        restarts=(POSTGRES, API, LIFECYCLE),
    ),
    Drift(
        "stopped PostgreSQL", "api_db", "PostgreSQL | Run PostgreSQL", f"systemctl stop {POSTGRES}",
        f"start {POSTGRES}", (ROLE, CATALOGUE), (POSTGRES, API, LIFECYCLE),
    ),
    Drift("role with powers", "api_db", ROLE, f"""{PSQL} -c 'ALTER ROLE "wod-api" CREATEDB'""", "ALTER ROLE"),
    Drift(
        "stopped timer of backups", "api_db", "PostgreSQL | Back up every night", "systemctl stop wod-backup.timer",
        "start wod-backup.timer",
    ),
    Drift(
        "deleted unit of backups", "api_db", "PostgreSQL | Write the nightly backup", f"rm {UNITS}/wod-backup.service",
        f"+++ {UNITS}/wod-backup.service",
    ),
    Drift("removed catalogue", "api_db", "API | Write the catalogue", "rm /etc/wod/api/catalogue.json",
          "/etc/wod/api/catalogue.json: (secret", (CATALOGUE,)),
    Drift(
        "edited workshop", "api_db", CATALOGUE,
        f"""{PSQL} -d workshops-on-demand -c "UPDATE workshops SET duration = 99 WHERE notebook = 'WKSHP-Bash'" """,
        "duration",
    ),
]  # fmt: skip

PORTAL = "Frontend | Bring the portal's pages"
NGINX = "nginx.service"
FRONTENDS = [
    Drift("edited site of nginx", "frontends", "Frontend | Configure nginx",
          "echo '# x' >> /etc/nginx/conf.d/wod.conf", "-# x"),
    Drift("edited page", "frontends", PORTAL, "echo x >> /var/www/wod/current/index.html"),
    Drift("deleted page", "frontends", PORTAL, "rm /var/www/wod/current/index.html"),
    Drift("stopped nginx", "frontends", "Frontend | Run nginx", f"systemctl stop {NGINX}", f"start {NGINX}",
          restarts=(NGINX,)),
    Drift("masked nginx", "frontends", "Frontend | Run nginx", f"systemctl mask --now {NGINX}", f"start {NGINX}",
          restarts=(NGINX,)),
    Drift(
        "welcome page", "frontends", "Frontend | Take the distribution's welcome page away",
        "ln -s /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default",
    ),
]  # fmt: skip
DRIFTS = [*ANY, *BACKENDS, *DATABASES, *FRONTENDS]
