"""Talk to the Hub on this host: list its student users, add some, remove some. One line of JSON on stdout.

Arguments: ``list``, ``add`` or ``remove``, the Hub's API address, the file with the token. Names on stdin, one a line.
REST API: https://jupyterhub.readthedocs.io/en/stable/reference/rest-api.html
"""

import json
import re
import sys
import time
import urllib.error
import urllib.request

STUDENT = re.compile(r"student[0-9]+$")
PAGE = 200
BATCH = 100
"""Names per request: the Hub answers nobody else while it adds a batch (2000 at once: 18 s)."""
PATIENCE = 60


class Hub:
    def __init__(self, url, token_file):
        self.url = url
        # Never through a proxy of the environment: it would be given the token.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with open(token_file) as file:
            self.headers = {"Authorization": "token " + file.read().strip()}

    def request(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, headers=self.headers, method=method)
        with self.opener.open(request, timeout=PATIENCE) as answer:
            text = answer.read().decode()
        return json.loads(text) if text else None

    def wait(self):
        """Until the Hub answers at all; it may have been restarted a moment ago."""
        deadline = time.time() + PATIENCE
        while True:
            try:
                return self.request("GET", "/")
            except (OSError, ValueError):
                if time.time() > deadline:
                    sys.exit("the Hub does not answer at " + self.url)
                time.sleep(0.5)


def is_busy(user):
    """Whether a server of the user runs, or is about to."""
    return bool(user.get("server") or user.get("servers") or user.get("pending"))


def users(hub):
    """``{name: has a running server}`` of the students, page by page."""
    found, offset = {}, 0
    while True:
        page = hub.request("GET", "/users?limit=%d&offset=%d" % (PAGE, offset))
        found.update({user["name"]: is_busy(user) for user in page if STUDENT.match(user["name"])})
        if len(page) < PAGE:
            return found
        offset += PAGE


def add(hub, names):
    for start in range(0, len(names), BATCH):
        try:
            hub.request("POST", "/users", {"usernames": names[start : start + BATCH]})
        except urllib.error.HTTPError as error:
            if error.code != 409:  # all of them exist already: an orphan of a killed run was quicker
                raise


def remove(hub, names):
    for name in names:
        try:
            hub.request("DELETE", "/users/" + name)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise


def main(action, url, token_file):
    hub = Hub(url, token_file)
    hub.wait()
    if action == "list":
        print(json.dumps(users(hub), separators=(",", ":")))
    else:
        {"add": add, "remove": remove}[action](hub, sys.stdin.read().split())


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except urllib.error.HTTPError as error:
        sys.exit("the Hub answered %s to %s" % (error, error.url))
    except OSError as error:
        sys.exit("the Hub could not be asked: %s" % error)
