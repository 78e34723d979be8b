"""The checks as a table: a line each, what is in the way last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from wod.preflight.asking import Looked

COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


def lines(found: Mapping[str, Looked]) -> Iterator[str]:
    width = max((len(name) for name in found), default=0)
    for name, looked in found.items():
        for check in sorted(looked.checks, key=lambda each: list(COLOURS).index(each.verdict)):
            verdict = click.style(f"{check.verdict:8}", COLOURS[check.verdict])
            yield f"{name:{width}}  {verdict} {check.what:11} {check.said}"


def summary(found: Mapping[str, Looked]) -> str:
    verdicts = [check.verdict for looked in found.values() for check in looked.checks]
    counts = {verdict: verdicts.count(verdict) for verdict in ("warning", "failed")}
    said = f"{len(verdicts)} checks, {counts['failed']} failed, {counts['warning']} warnings"
    return said.replace("1 warnings", "1 warning") if counts["warning"] == 1 else said
