"""Run the API's stand-in: ``python -m tests.standin --host 192.0.2.1 --port 8021 --seed tables.json``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.standin.api import ApiStandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8021, help="0 takes a free one")
    parser.add_argument("--life", type=float, default=180.0, help="seconds for which a token is good")
    parser.add_argument("--user", default="", help="NAME:PASSWORD of one more account with the role moderator")
    parser.add_argument("--seed", type=Path, help="a JSON file: {table: [row, ...]}")
    options = parser.parse_args()
    with ApiStandIn(options.host, options.port, options.life) as standin:
        if options.user:
            name, _, password = options.user.partition(":")
            standin.users[name] = {"password": password, "roles": ["user", "moderator"]}
        if options.seed:
            for table, rows in json.loads(options.seed.read_text()).items():
                for row in rows:
                    standin.tables.seed(table, row)
        print(f"listening on {standin.url}", flush=True)
        standin.wait()


if __name__ == "__main__":
    main()
