"""Whether 500 people can read the catalogue at the same time: pages, styles, scripts and the list of workshops.

Against the portal of one lab host, with the API on another, both on this machine. Each reader does what a browser does,
again and again, on connections of his own. ``python -m benchmarks.readers`` writes ``results/readers.md``;
``--url`` asks a portal that is there already.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from benchmarks.machine import description, table
from benchmarks.timing import ROOT
from tests.lab.site import Site
from wod import lab

READERS, ROUNDS = 500, 4
CATALOGUE = "/api/workshops?active=true"
HOSTS = ("api", "www")
PATIENCE = 60
"""Seconds for one request."""


class Connection:
    """HTTP/1.1 with little of its own to do: the readers share the machine with what is measured."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> str:
        """The body of a 200; :class:`OSError` or :class:`ValueError` for anything else."""
        if self.streams is None:
            self.streams = await asyncio.open_connection(
                self.parts.hostname, self.parts.port, ssl=self.parts.scheme == "https" or None
            )
        reader, writer = self.streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.parts.netloc}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        if not head.startswith("HTTP/1.1 200 ") or length is None:
            raise ValueError(head.partition("\r\n")[0])
        return (await reader.readexactly(int(length[1]))).decode(errors="replace")

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()


@dataclass
class Tally:
    """Seconds of each request by what was asked for; errors in words."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    async def get(self, connection: Connection, kind: str, path: str) -> str:
        begin = time.monotonic()
        try:
            text = await asyncio.wait_for(connection.get(path), PATIENCE)
        except (OSError, ValueError, EOFError, asyncio.TimeoutError) as error:
            self.errors[f"{kind}: {type(error).__name__} {error}"[:100]] += 1
            return ""
        self.seconds.setdefault(kind, []).append(time.monotonic() - begin)
        return text


async def reader(url: str, tally: Tally, start: asyncio.Event) -> None:
    """A first visit, then pages of which only the catalogue is asked for again."""
    connection = Connection(url)
    await start.wait()
    page = await tally.get(connection, "page", "/")
    for asset in sorted(set(re.findall(r"/assets/[\w.-]+", page))):
        await tally.get(connection, "asset", asset)
    for _ in range(ROUNDS):
        await tally.get(connection, "workshops", CATALOGUE)
        await tally.get(connection, "page", "/category/linux")
    connection.close()


async def crowd(url: str) -> tuple[Tally, float]:
    """All of them at once, and the seconds that it took."""
    tally, start = Tally(), asyncio.Event()
    readers = [asyncio.create_task(reader(url, tally, start)) for _ in range(READERS)]
    await asyncio.sleep(0)
    begin = time.monotonic()
    start.set()
    await asyncio.gather(*readers)
    return tally, time.monotonic() - begin


def rows(tally: Tally, seconds: float) -> dict[str, str]:
    count = sum(map(len, tally.seconds.values()))
    said = {f"{READERS} readers at once, all": f"{count} requests in {seconds:.1f} s, {count / seconds:.0f}/s"}
    for kind, times in sorted(tally.seconds.items()):
        said[f"… {kind}, median and 95 %"] = (
            f"{median(times) * 1000:.0f} ms, {quantiles(times, n=20)[-1] * 1000:.0f} ms"
        )
    return {**said, "errors": str(sum(tally.errors.values()))}


def prepared(folder: Path) -> str:
    """The URL of a portal in a lab of its own."""
    os.environ["WOD_LAB_STATE"], os.environ["WOD_LAB_SUBNET"] = "/var/lib/wod-lab-bench", "10.233.22.0/24"
    lab.down()
    lab.up(HOSTS, say=print)
    run = Site(folder).roll_out(deploy="deploys/site.py")
    if run.code:
        raise SystemExit(run.output[-3000:])
    www = next(host for host in lab.hosts() if host.name == "www")
    return f"http://{www.address}:8000"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a portal that is there; nothing is written then")
    url = parser.parse_args().url
    try:
        with tempfile.TemporaryDirectory() as folder:
            tally, seconds = asyncio.run(crowd(url or prepared(Path(folder))))
    finally:
        if not url:
            lab.down()
    parts = [
        "# Readers\n\nWritten by `make bench` (benchmarks/readers.py), which says how.\n",
        table("Measured on", description()),
        table("wod", rows(tally, seconds)),
    ]
    if not url:
        (ROOT / "benchmarks/results/readers.md").write_text("\n".join(parts))
    print("\n".join(parts), *tally.errors.most_common(5), sep="\n")


if __name__ == "__main__":
    main()
