"""What benchmarks/scale.py makes of its figures."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.scalemodel import PEER, ROLLOUT, STOCK, Line, Model, Point
from benchmarks.scalereport import page, picture

HOSTS = (1, 5, 20, 50)


def points(*tools: str, trips: tuple[int, ...] = (0, 100)) -> list[Point]:
    """Each host costs 0.2 s of the processor, and takes 0.5 s of its own, 30 round trips on top."""
    return [
        Point(tool, trip, hosts, 1.5 + 0.03 * trip, 1 + 0.2 * hosts, 40 + 10 * hosts, 30 if hosts == 1 else 0)
        for tool in tools
        for trip in trips
        for hosts in HOSTS
    ]


def test_the_line_goes_through_points_that_lie_on_one():
    line = Line.through((hosts, 3 + 0.5 * hosts) for hosts in HOSTS)
    assert (line.fixed, line.each) == pytest.approx((3, 0.5))
    assert Line.through([(4, 2.0)]) == Line(0.0, 0.5)


def test_the_processors_are_the_limit_or_the_turns():
    model = Model.of(points(ROLLOUT), ROLLOUT, settings=0.01)
    assert model.alone == pytest.approx({0: 0.5, 100: 3.5})
    assert model.seconds(1000, cores=2, trip=0) == pytest.approx(1 + 10 + 1000 * 0.2 / 2)
    assert model.seconds(1000, cores=8, trip=100) == pytest.approx(1 + 10 + 20 * 3.5)


def test_one_process_has_one_core_and_all_hosts_at_once():
    model = Model.of(points(STOCK), STOCK, settings=0.0)
    assert model.seconds(1000, cores=8, trip=100) == pytest.approx(1 + 1000 * 0.2)
    assert model.memory(1000) == pytest.approx(40 + 10_000)
    assert Model.of(points(ROLLOUT), ROLLOUT, settings=0.0).memory(1000) == pytest.approx(40 + 500)


def test_the_page_has_every_tool_and_the_ratio_of_the_largest_run():
    made = [*points(STOCK, ROLLOUT), Point(PEER, 0, 50, 45.0, 60.0, 900, 0), Point(PEER, 0, 1, 4.0, 4.0, 90, 33)]
    text = page(made, 0.005, {"date": "today"})
    assert "| own | 50 | 1.5 | 1.5 | 45.0 | 30 |" in text
    assert "| 100 ms | 50 | 4.5 | 4.5 | - | - |" in text
    assert f"33 commands a host by {PEER}" in text
    assert "| pyinfra -y: control node CPU a host | ≤ 0.6 s | 0.20 s |" in text


def test_the_picture_has_a_line_a_tool_and_trip():
    drawing = ElementTree.fromstring(picture(points(STOCK, ROLLOUT)))
    assert len(drawing.findall(".//{*}polyline")) == 4
    assert len(drawing.findall(".//{*}circle")) == 4 * len(HOSTS)
