"""What stock pyinfra is measured with: one server.group and one server.user per student (it has nothing for ACLs)."""

from pyinfra import host
from pyinfra.operations import server

for number in host.loop(range(host.data.first, host.data.last + 1)):
    server.group(name=f"group {number}", group=f"peer{number}", gid=40000 + number)
    server.user(
        name=f"user {number}",
        user=f"peer{number}",
        uid=40000 + number,
        group=f"peer{number}",
        home=f"/student/peer{number}",
        shell="/bin/bash",
    )
