"""A link with a delay, in user space: not every kernel has netem, and this needs none.

SSH from this machine to the lab goes through a proxy here, which hands on every piece of data half a round trip after
it came, in both directions, and opens the other end when the packets of TCP's own greeting would have been through. The
addresses stay, so every tool uses its own inventory. Neither bandwidth nor loss is imitated, nor TCP's slow start.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

PORT, MARK = 22877, 0x77
SO_ORIGINAL_DST = 80
GREETING = 1.5
"""Round trips until the server has a connection and can speak."""
TABLE = "wod_bench_delay"


@contextmanager
def delayed(network: str, milliseconds: float) -> Iterator[None]:
    """SSH to ``network`` has this round trip more than it has of its own; nothing is done for 0."""
    if not milliseconds:
        yield
        return
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(_listen(milliseconds / 1000))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        subprocess.run(["nft", "-f", "-"], input=table(network), text=True, check=True)
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "ip", TABLE], check=False)
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_end())
        loop.close()


def table(network: str) -> str:
    """Sends what this machine says to the network's SSH servers to the proxy, but for what the proxy itself says."""
    return f"""table ip {TABLE}
delete table ip {TABLE}
table ip {TABLE} {{
    chain output {{
        type nat hook output priority -100;
        ip daddr {network} tcp dport 22 meta mark != {MARK} redirect to :{PORT}
    }}
}}
"""


async def _listen(trip: float) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            await _connect(reader, writer, trip)

    return await asyncio.start_server(serve, "127.0.0.1", PORT, backlog=512)


async def _end() -> None:
    """Of what connections that are still open wait for."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def _connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trip: float) -> None:
    near = writer.get_extra_info("socket")
    port, address = struct.unpack("!2xH4s8x", near.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16))
    await asyncio.sleep(GREETING * trip)
    far = socket.socket()
    far.setblocking(False)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
    await asyncio.get_running_loop().sock_connect(far, (socket.inet_ntoa(address), port))
    there, back = await asyncio.open_connection(sock=far)
    for each in (near, far):
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.gather(_carry(reader, back, trip / 2), _carry(there, writer, trip / 2))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Read at once, write ``seconds`` later: what is under way does not hold up what follows."""
    loop, under_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()
    writing = asyncio.create_task(_deliver(under_way, writer))
    while data := await _quietly(reader.read(65536)):
        under_way.put_nowait((loop.time() + seconds, data))
    under_way.put_nowait((loop.time() + seconds, b""))
    await writing


async def _deliver(under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due, data = await under_way.get()
        await asyncio.sleep(due - loop.time())
        if not data:
            writer.close()
            return
        writer.write(data)


async def _quietly(reading: Coroutine[Any, Any, bytes]) -> bytes:
    """A connection that is torn down has ended."""
    try:
        return await reading
    except OSError:
        return b""
