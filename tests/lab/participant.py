"""What a participant does, over HTTP and websocket only: log in, start a server, run a cell."""

from __future__ import annotations

import json
import re
import time
import uuid

import httpx
from websockets.sync.client import connect


class Participant:
    """A browser's worth of JupyterHub: cookies, XSRF token, the spawn page, a kernel's channels.

    ``address`` is one of this machine's from which to speak; its own choice if there is none.
    """

    def __init__(self, base: str, name: str, password: str, address: str | None = None) -> None:
        self.base, self.name, self.password = base, name, password
        transport = httpx.HTTPTransport(local_address=address)
        self.http = httpx.Client(base_url=base, follow_redirects=True, timeout=60, transport=transport)

    def log_in(self) -> bool:
        """Whether the Hub let us in."""
        page = self.http.get("/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        form = {"username": self.name, "password": self.password, "_xsrf": token[1] if token else ""}
        answer = self.http.post("/hub/login", data=form)
        return answer.status_code == 200 and "Invalid username or password" not in answer.text

    @property
    def server(self) -> str:
        return f"/user/{self.name}"

    def start_server(self, patience: float = 90) -> None:
        """Ask for the server as the page does, then open JupyterLab, which signs us in there, as soon as it answers."""
        self.http.get("/hub/spawn")
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            page = self.http.get(f"{self.server}/lab")
            if page.status_code == 200 and page.url.path == f"{self.server}/lab":
                return
            time.sleep(0.5)
        raise AssertionError(
            f"the server of {self.name} did not start: {page.status_code} {page.url} {page.text[:300]}"
        )

    def _headers(self) -> dict[str, str]:
        tokens = [c.value for c in self.http.cookies.jar if c.name == "_xsrf" and c.path.startswith(self.server)]
        return {"X-XSRFToken": tokens[0]} if tokens else {}

    def _cookie(self) -> str:
        sent = [c for c in self.http.cookies.jar if f"{self.server}/".startswith(c.path)]
        return "; ".join(f"{c.name}={c.value}" for c in sent)

    def kernels(self) -> list[str]:
        """The names of the kernels that the server offers."""
        return sorted(self.http.get(f"{self.server}/api/kernelspecs").json()["kernelspecs"])

    def run(self, code: str, kernel: str = "python3", patience: float = 60) -> str:
        """All that a cell prints, returns or fails with, in a fresh kernel."""
        return self.execute(self.start_kernel(kernel), code, patience)

    def start_kernel(self, kernel: str = "python3") -> str:
        """The id of a kernel that goes on until the server stops."""
        started = self.http.post(f"{self.server}/api/kernels", json={"name": kernel}, headers=self._headers())
        started.raise_for_status()
        return str(started.json()["id"])

    def execute(self, identity: str, code: str, patience: float = 60) -> str:
        """What a cell prints, returns or fails with in a kernel that runs, through its websocket."""
        url = self.base.replace("http", "ws", 1) + f"{self.server}/api/kernels/{identity}/channels"
        with connect(url, additional_headers={"Cookie": self._cookie()}, open_timeout=30) as socket:
            return _execute(socket, code, patience)


def _execute(socket, code: str, patience: float) -> str:
    """One execute_request of Jupyter's messaging protocol, and what comes back until the kernel is idle again."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": uuid.uuid4().hex}
    header |= {"version": "5.3", "date": ""}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    socket.send(json.dumps(message))
    printed: list[str] = []
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        answer = json.loads(socket.recv(timeout=patience))
        if answer["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        content, kind = answer["content"], answer["msg_type"]
        if kind == "stream":
            printed.append(content["text"])
        elif kind in ("execute_result", "display_data"):
            printed.append(content["data"].get("text/plain", ""))
        elif kind == "error":
            printed.extend(content["traceback"])
        elif kind == "status" and content["execution_state"] == "idle":
            return "".join(printed)
    raise AssertionError("the kernel did not answer in time")
