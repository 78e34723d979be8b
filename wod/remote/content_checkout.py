"""Make a folder exactly one commit of a repository, from a bundle; what people changed in it is set aside before.

Arguments: the folder, the commit, the bundle (or empty), the account that gets the files, the mode of the folder
(octal), the file for changes (a patch that ``git apply`` takes), and a name for another one's ``.git``.
``.git`` is root's: no configuration, filter or hook in it can be another one's. A lock keeps the program of a killed
run and that of the next one apart; ``.git/wod-unfinished`` is there from the first change to the last."""

import fcntl
import glob
import os
import pwd
import shutil
import subprocess
import sys
import time
from subprocess import PIPE

LOCK = "/run/wod-content.lock"
CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tsymlinks = true\n[gc]\n\tautoDetach = false\n"
NEXT = "refs/wod/next"
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the tree without files, which git always knows
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C", "GIT_LITERAL_PATHSPECS": "1"}
ENVIRONMENT.update(HOME="/nonexistent", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull)  # nobody's own counts


class Failed(Exception):
    """A sentence for the operator."""


class Repository:
    """The folder and the git directory in it; ``scratch`` is an index for finding out what people changed."""

    def __init__(self, folder):
        self.folder, self.git = folder, os.path.join(folder, ".git")
        self.scratch = os.path.join(self.git, "wod-index")

    def run(self, *arguments, scratch=False):
        """The output of a git command, as bytes."""
        environment = dict(ENVIRONMENT, **({"GIT_INDEX_FILE": self.scratch} if scratch else {}))
        command = ["git", "--git-dir=" + self.git, "--work-tree=" + self.folder, "-c", "core.hooksPath=" + os.devnull]
        git = subprocess.Popen([*command, *arguments], stdout=PIPE, stderr=PIPE, env=environment, cwd=self.folder)
        output, said = git.communicate()
        if git.returncode:
            raise Failed("%s: git %s: %s" % (self.folder, arguments[0], said.decode(errors="replace").strip()))
        return output

    def names(self, *arguments):
        """What a git command with -z lists, in the scratch index."""
        return [name for name in self.run(*arguments, scratch=True).split(b"\0") if name]

    def commit(self, revision):
        """The id of a revision; empty when it is not there."""
        try:
            return self.run("rev-parse", "-q", "--verify", revision + "^{commit}").decode().strip()
        except Failed:
            return ""

    def has(self, name):
        return os.path.lexists(os.path.join(self.git, name))

    def mark(self, name, there=True):
        if there:
            open(os.path.join(self.git, name), "w").close()
        elif self.has(name):
            os.unlink(os.path.join(self.git, name))


def make_folder(folder, account, mode):
    """The top folder has its mode before anything private is in it."""
    if os.path.islink(folder) or (os.path.lexists(folder) and not os.path.isdir(folder)):
        raise Failed("%s: something else is in the way of a folder; move it aside" % folder)
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, mode)
    os.lchown(folder, account.pw_uid, account.pw_gid)


def prepare(repository, aside):
    """A git directory of ours; a damaged one is made anew, and another one's is moved aside, whole."""
    git = repository.git
    ours = os.path.isdir(git) and not os.path.islink(git) and os.stat(git).st_uid == os.geteuid()
    ours = ours and (repository.has("wod") or repository.has("wod-unfinished"))
    if ours and is_damaged(repository):
        shutil.rmtree(git)
    elif os.path.lexists(git) and not ours:
        subprocess.run(["mv", "-T", "--", git, aside], check=True)  # overlays refuse to rename some folders
        if not os.path.islink(aside):
            os.chmod(aside, 0o700 if os.path.isdir(aside) else 0o600)  # it may hold credentials
    if not os.path.isdir(git):
        os.mkdir(git, 0o700)
    repository.mark("wod-unfinished")
    for left in glob.glob(os.path.join(glob.escape(git), "**", "*.lock"), recursive=True):
        os.unlink(left)  # of a killed run: the lock that counts is ours
    repository.run("init", "-q", "--template=")
    with open(os.path.join(git, "config"), "w") as file:
        file.write(CONFIG)
    repository.mark("wod")


def is_damaged(repository):
    try:
        repository.run("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
    except Failed:
        return repository.has("HEAD")  # without it, it was never finished
    return repository.has("wod-damaged")


def receive(repository, bundle, commit):
    """Take what the bundle brings; a repository that cannot is made anew by the next run, from a bundle of all."""
    try:
        if bundle:
            repository.run("fetch", "-q", "--no-tags", bundle, "+refs/wod/%s:%s" % (commit, NEXT))
        repository.run("rev-list", "--quiet", "--objects", commit)
    except Failed:
        repository.mark("wod-damaged")
        raise


def in_the_way(folder, name):
    """What stands where a path of the commit goes: itself, or a file or link where a folder of it goes; or None."""
    parts = name.split(b"/")
    for count in range(1, len(parts) + 1):
        path = os.path.join(os.fsencode(folder), *parts[:count])
        if not os.path.lexists(path):
            return None
        if count == len(parts) or os.path.islink(path) or not os.path.isdir(path):
            return b"/".join(parts[:count])


def batches(names):
    """Lists that fit an argument list."""
    return [names[start : start + 500] for start in range(0, len(names), 500)]


def changes(repository, base, commit, others):
    """Paths whose content here is in none of the commits: what a checkout would take from somebody."""
    repository.mark("wod-index", False)
    repository.run("read-tree", *([base] if base != EMPTY else ["--empty"]), scratch=True)
    tracked = set(repository.names("ls-files", "-z"))
    entries = (entry.split(b"\t", 1) for entry in repository.names("ls-tree", "-r", "-z", commit))
    coming = [name for kind, name in entries if not kind.startswith(b"160000") and name not in tracked]
    touched = {in_the_way(repository.folder, name) for name in repository.names("ls-files", "-m", "-z") + coming}
    for batch in batches(sorted(touched - {None})):
        repository.run("add", "-f", "-A", "--", *batch, scratch=True)
    listing = ("diff-index", "--cached", "--no-renames", "-z")
    if any(b" 160000 " in entry for entry in repository.names(*listing, "--diff-filter=AT", base)):
        raise Failed("%s: a repository of somebody else's is in the way; move it aside" % repository.folder)
    found = [set(repository.names(*listing, "--name-only", other)) for other in {base, commit} | others]
    return sorted(set.intersection(*found))


def set_aside(repository, base, paths, patch):
    """Write what people changed as a patch on ``base``, complete before it has its name."""
    new = patch + ".new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(("Changes found in %s, on top of %s\n\n" % (repository.folder, base)).encode())
        for batch in batches(paths):
            options = ("--cached", "--binary", "-p", "--no-renames", "--no-ext-diff", "--no-textconv")
            file.write(repository.run("diff-index", *options, base, "--", *batch, scratch=True))
        file.flush()
        os.fsync(file.fileno())
    os.rename(new, patch)
    print("changes made on this host are kept in " + patch)


def own(folder, account):
    """Everything but ``.git`` is the account's; links are changed themselves, never followed."""
    owner = "%d:%d" % (account.pw_uid, account.pw_gid)
    right = ["-uid", str(account.pw_uid), "-gid", str(account.pw_gid)]
    command = ["find", ".", "-path", "./.git", "-prune", "-o", "!", "(", *right, ")", "-exec", "chown", "-h", owner]
    subprocess.run([*command, "{}", "+"], cwd=folder, check=True)


def main(folder, commit, bundle, user, mode, patch, aside):
    os.umask(0o022)
    lock = os.open(LOCK, os.O_WRONLY | os.O_CREAT, 0o600)  # whoever could open it could hold it
    fcntl.flock(lock, fcntl.LOCK_EX)
    repository, account = Repository(folder), pwd.getpwnam(user)
    make_folder(folder, account, int(mode, 8))
    prepare(repository, aside)
    base, others = repository.commit("HEAD") or EMPTY, {repository.commit(NEXT)} - {""}
    receive(repository, bundle, commit)
    found = changes(repository, base, commit, others)
    if found:
        set_aside(repository, base, found, patch)
    repository.run("checkout", "-q", "--force", "--detach", commit)
    own(folder, account)
    repository.run("update-index", "-q", "--refresh")  # the owners are new; what reads the state need not hash again
    repository.run("gc", "-q", "--auto")
    for left in glob.glob(os.path.join(os.path.dirname(bundle), "wod-content-*")) if bundle else ():
        if left == bundle or os.path.getmtime(left) < time.time() - 3600:  # of a killed run
            os.unlink(left)
    for name in ("wod-index", "wod-damaged", "FETCH_HEAD", "wod-unfinished"):
        repository.mark(name, False)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (Failed, OSError, KeyError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
