"""Whatever is in a file, the answer is values or problems, never a traceback."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from wod.errors import Problem
from wod.settings import Layer, Located
from wod.settings.load import DEFAULTS, _resolved, secret_store
from wod.settings.merge import merge
from wod.settings.resolve import Resolver
from wod.settings.schema import ALIASES, SETTINGS
from wod.settings.yamlfile import ParsedFile, parse

YAMLISH = st.text(alphabet="aB1:- \n\t'\"[]{}#&*!|>%@,?<=é\x00\ufeff", max_size=40)
TEMPLATISH = st.lists(
    st.sampled_from(
        ["{{", "}}", "{%", "%}", " ", "USERMAX", "BRANDING", "vars", "[", "]", "'", ".", "|", "upper", "-"]
    ),
    max_size=10,
).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEMPLATISH | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*SETTINGS, *ALIASES, "IP-WKSHP-x", "XPORT-WKSHP-x", "X-WKSHP-x", "NOWHERE", "ACME_X"])


@given(YAMLISH | st.text(max_size=40))
def test_any_text_is_parsed_or_refused(text):
    parsed = parse(text, "all.yml")
    assert isinstance(parsed, ParsedFile)
    assert all(isinstance(problem, Problem) and problem.place for problem in parsed.problems)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_values_are_settings_or_problems(values):
    layer = Layer("all", {name: Located(value, "all.yml:1") for name, value in values.items()})
    merged = merge([DEFAULTS, layer])
    resolver = Resolver(merged.chains, "be1", secret_store(Path("nowhere"), "lab"))
    resolved = _resolved(resolver, merged)
    assert all(problem.place == "all.yml:1" for problem in resolver.problems)
    assert resolver.problems or set(resolved) == set(merged.chains)
