"""Start a student's server on this backend as the engine does, see that it answers through the proxy, and stop it.

Arguments: the file that the engine's worker is told by, the proxy's port. It takes the highest seat that nobody has and
no server runs of: seats are given out from the lowest. One line of JSON: {student, why}; ``why`` is "" where all went
well, ``student`` is "" where no seat was free.
"""

import json
import sys
import time
import urllib.error
import urllib.request

PATIENCE = 90
"""Seconds in which a server must be up."""
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""A proxy of the environment would be given the tokens."""


class Failed(Exception):
    """What went wrong, in a sentence."""


def ask(method, url, headers, body=None):
    """(status, JSON or None); 0 where there was no answer in time."""
    data = json.dumps(body).encode() if body is not None else None
    sent = dict(headers, **{"Content-Type": "application/json"})
    request = urllib.request.Request(url, data=data, headers=sent, method=method)
    try:
        with OPENER.open(request, timeout=20) as answer:
            text = answer.read().decode(errors="replace")
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, None
    except (OSError, ValueError):
        return 0, None


class Trial:
    def __init__(self, told, port):
        self.told = told
        self.hub = told["hub_url"].rstrip("/")
        self.headers = {"Authorization": "token " + told["hub_token"]}
        self.proxy = "http://127.0.0.1:%d" % int(port)

    def taken(self):
        """Names of the students of this backend that a registration has."""
        api = self.told["api_url"].rstrip("/")
        api = api if api.endswith("/api") else api + "/api"
        login = {"username": self.told["api_user"], "password": self.told["api_password"]}
        code, said = ask("POST", api + "/login", {}, login)
        if code != 200:
            raise Failed("the API does not let the backend in (%s), so that no free seat is known" % (code or "silent"))
        code, rows = ask("GET", api + "/students", {"x-access-token": said["accessToken"]})
        if code != 200:
            raise Failed("the API does not say which seats are free (%s)" % (code or "silent"))
        return {row["username"] for row in rows if row["location"] == self.told["backend"] and row["assigned"]}

    def free(self):
        """The highest seat that nobody is at, or ""."""
        taken = self.taken()
        for number in range(self.told["last"], self.told["first"] - 1, -1):
            name = "student%d" % number
            if name not in taken and self.state(name) == "stopped":
                return name
        return ""

    def state(self, name):
        """Of a student's server: ready, pending or stopped."""
        code, user = ask("GET", "%s/users/%s" % (self.hub, name), self.headers)
        if code != 200:
            raise Failed("the Hub answers %s when asked for %s" % (code or "nothing", name))
        server = user.get("servers", {}).get("")
        if server and server.get("ready"):
            return "ready"
        return "pending" if server or user.get("server") or user.get("pending") else "stopped"

    def server(self, method, name):
        return ask(method, "%s/users/%s/server" % (self.hub, name), self.headers, {} if method == "POST" else None)[0]

    def start(self, name):
        code = self.server("POST", name)
        if code not in (201, 202):
            raise Failed("the Hub does not start the server of %s: it answers %s" % (name, code or "nothing"))
        end = time.time() + PATIENCE
        while time.time() < end:
            state = self.state(name)
            if state == "ready":
                return
            if state == "stopped":
                raise Failed("the server of %s ended while it was starting" % name)
            time.sleep(0.5)
        raise Failed("the server of %s was not up within %d seconds" % (name, PATIENCE))

    def answers(self, name):
        code, _ = ask("GET", "%s/user/%s/api/status" % (self.proxy, name), self.headers)
        if code != 200:
            raise Failed("the server of %s answers %s through the proxy" % (name, code or "nothing"))

    def stop(self, name):
        """Unless somebody has been given the seat meanwhile: the server is theirs now."""
        if name in self.taken():
            return
        code = self.server("DELETE", name)
        if code not in (202, 204):
            raise Failed("the Hub does not stop the server of %s: it answers %s" % (name, code or "nothing"))

    def run(self):
        """The student whose server was tried, or ""."""
        name = self.free()
        if not name:
            return ""
        try:
            self.start(name)
            self.answers(name)
        except Failed:
            self.server("DELETE", name)  # what went wrong first is what is told
            raise
        self.stop(name)
        return name


def main(told, port):
    try:
        return {"student": Trial(told, port).run(), "why": ""}
    except Failed as failed:
        return {"student": "", "why": str(failed)}


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        print(json.dumps(main(json.load(file), sys.argv[2])))
