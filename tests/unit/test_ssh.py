"""Connections are quick for many small commands, and noticed when they die."""

from __future__ import annotations

import socket

from wod import ssh


def test_a_connection_has_no_nagle_delay_and_is_kept_alive() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        transport = ssh.transport(client)
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert transport.packetizer._Packetizer__keepalive_interval == ssh.KEEPALIVE_SECONDS
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == ssh.LOST_SECONDS * 1000
        transport.close()


def test_a_jump_through_another_host_is_no_tcp_socket() -> None:
    one, other = socket.socketpair()
    with one, other:
        ssh.transport(one).close()
