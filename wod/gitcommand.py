"""Git on the control node, through GitPython: what it may read, how it is given a token, what its errors mean.

A token travels in the environment of the git process alone: never in an argument, a URL, a file or a message.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import IO

from wod.errors import BadInput, WodError
from wod.sources import Source

USER = "x-access-token"
"""The user name sent with a token: GitHub, GitLab, Gitea and Forgejo take any. ``user:token`` names another one."""
_ALWAYS = {
    "http.lowSpeedLimit": "1000",  # bytes a second, for a minute: then a server counts as gone
    "http.lowSpeedTime": "60",
    "gc.autoDetach": "false",  # nothing of ours runs on when our lock is given back
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
}
_MEANINGS = [
    (("Could not resolve host", "Could not resolve hostname"), "its host's name cannot be resolved"),
    (
        ("Failed to connect", "Couldn't connect", "Connection refused", "Connection timed out", "No route to host"),
        "its host does not answer",
    ),
    (("Operation too slow", "Connection reset", "early EOF", "unexpected disconnect"), "the connection broke off"),
    (("certificate", "SSL "), "its certificate is not trusted here"),
    (("Host key verification failed",), "its SSH host key is not known here; connect to it once with ssh"),
    (("Permission denied (", "Too many authentication failures"), "it refused the SSH keys of this account"),
    (("dubious ownership",), "it belongs to another account; see safe.directory in git-config(1)"),
    (("not found", "not exist", "not appear to be a git repository", "404"), "there is no such repository"),
    (("redirect", "error: 30"), "it has moved; give the address that it redirects to"),
]
_NO_ACCESS = ("Authentication failed", "could not read Username", "could not read Password", "error: 401", "error: 403")
_OWN_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class GitFailed(WodError):
    """A git command ended with an error; the text is what it said, without secrets."""


def run(
    *arguments: str,
    mirror: Path | None = None,
    source: Source | None = None,
    stdin: IO[bytes] | None = None,
    extra: dict[str, str] | None = None,
) -> str:
    """The output of ``git ARGUMENTS``; :class:`GitFailed` when it fails.

    With a ``source`` the operator's own git configuration counts (proxies, SSH, credential helpers); without one only
    what is here does.
    """
    token = source.token.reveal() if source and source.token else ""
    environment = _environment(source.url if source else "", token) | ({} if source else _OWN_SETTINGS) | (extra or {})
    place = [f"--git-dir={mirror}"] if mirror else []
    git = gitpython()
    status, out, err = git.Git().execute(
        ["git", *place, *arguments],
        istream=stdin,
        env=environment,
        with_extended_output=True,
        with_exceptions=False,
    )
    if status != 0:
        raise GitFailed(_masked(str(err) or f"git {arguments[0]} ended with {status}", token))
    return str(out)


def gitpython():  # type: ignore[no-untyped-def]  # the module itself; imported late: it looks for git at once
    try:
        import git
    except ImportError:
        raise BadInput("git is not installed on this machine; install its package git") from None
    return git


def _environment(url: str, token: str) -> dict[str, str]:
    """git-config(1), "GIT_CONFIG_COUNT"; after the variables of that kind that are there already."""
    config = dict(_ALWAYS)
    if token and url.startswith(("http://", "https://")):
        config |= {
            f"http.{url}.extraHeader": f"Authorization: Basic {_credentials(token)}",
            "http.followRedirects": "false",  # git would send the header to wherever it is redirected
            "credential.helper": "",  # no helper of the operator's may be told the token, and keep it
        }
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(config))}
    for number, (key, value) in enumerate(config.items(), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables | {
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
        "GIT_ASKPASS": "",
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND") or "ssh -o BatchMode=yes -o ConnectTimeout=20",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_TRACE_REDACT": "1",
    }


def _credentials(token: str) -> str:
    pair = token if ":" in token else f"{USER}:{token}"
    return base64.b64encode(pair.encode()).decode()


def _masked(text: str, token: str) -> str:
    for secret in (_credentials(token), token) if token else ():
        text = text.replace(secret, "***")
    return text


def in_words(source: Source, said: str) -> str:
    """One sentence on why a repository could not be fetched, from what git said."""
    subject = f"{source.place}: {source.name}: {source.url} cannot be fetched"
    if any(sign in said for sign in _NO_ACCESS):
        if source.token:
            return f"{subject}: it refused the token in {source.token_setting}; give one that may read it"
        return f"{subject}: it wants to know who asks; give a token that may read it as {source.token_setting}"
    for signs, meaning in _MEANINGS:
        if any(sign in said for sign in signs):
            hidden = meaning.startswith("there is no such") and source.url.startswith("http")
            return f"{subject}: {meaning}" + (f", or {source.token_setting} does not open it" if hidden else "")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return f"{subject}: {(fatal or lines or ['git said nothing'])[0]}"
