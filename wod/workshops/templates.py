"""What is rendered with Jinja2 on its way to a student: its syntax, and the variables it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes

from wod.engine.render import environment
from wod.workshops.findings import Finding, error, warning
from wod.workshops.names import Names

ENVIRONMENT = environment()
BLOCKS = frozenset({"if", "for", "macro", "call", "filter", "block", "with", "autoescape"})
"""What needs an end; ``set`` may do without."""

Use = tuple[str, int]
"""A variable's name and a line."""


def check(path: Path, text: str, names: Names) -> Iterator[Finding]:
    """Faults of one template."""
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return
    try:
        tree = ENVIRONMENT.parse(text)
        ENVIRONMENT.compile(ENVIRONMENT.parse(text))  # finds unknown filters and tests; it alters its tree
    except TemplateSyntaxError as problem:
        line = _open_block(text) if "end of template" in str(problem.message) else problem.lineno
        yield error(path, line or problem.lineno, "template-syntax", f"{problem.message}{_hint(path, problem, text)}")
        return
    except (TemplateError, RecursionError, ValueError, SyntaxError, MemoryError, OverflowError) as problem:
        yield error(path, 1, "template-syntax", f"cannot be read as a template: {problem}; simplify it")
        return
    for name, line in sorted(set(uses(tree)), key=lambda use: (use[1], use[0])):
        fault = names.fault(name)
        if fault:
            yield error(path, line, "template-secret" if "secret of" in fault else "template-undefined", fault)
        elif names.unset(name):
            told = f"{name} has no value here, and would be rendered as None; set it or deactivate the workshop"
            yield warning(path, line, "template-unset", told)


def _hint(path: Path, problem: TemplateSyntaxError, text: str) -> str:
    if "comment" in str(problem.message):
        return "; {# begins a comment, as in ${#name}: write it as {% raw %}${#name}{% endraw %}"
    lines = re.split(r"\r\n|\r|\n", text)  # as jinja counts them
    if path.suffix == ".ipynb" and '\\"' in "".join(lines[problem.lineno - 1 : problem.lineno]):
        return "; in a notebook, use 'single quotes' between the braces"
    return "; write braces that are meant literally as {% raw %}…{% endraw %}"


def _open_block(text: str) -> int:
    """The line of the innermost block that is never closed, which jinja names but does not place; or 0."""
    blocks: list[int] = []
    opens = False
    for line, kind, word in ENVIRONMENT.lex(text):
        if opens and kind == "name":
            opens = False
            if word.startswith("end"):
                blocks[-1:] = []
            elif word in BLOCKS:
                blocks.append(line)
        opens = kind == "block_begin" or (opens and kind == "whitespace")
    return blocks[-1] if blocks else 0


def uses(tree: nodes.Template) -> Iterator[Use]:
    """The variables that must have a value: names, and keys of ``hostvars[inventory_hostname]``.

    What is used with a default, or asked for with ``is defined`` anywhere in the file, may be missing.
    """
    free = meta.find_undeclared_variables(tree) - set(ENVIRONMENT.globals)
    optional = {_target(test.node) for test in tree.find_all(nodes.Test) if test.name in ("defined", "undefined")}
    lenient = {id(each.node) for each in tree.find_all(nodes.Filter) if each.name in ("default", "d")}
    for name in tree.find_all(nodes.Name):
        if name.name in free and name.name not in optional and id(name) not in lenient:
            yield name.name, name.lineno
    for item in (*tree.find_all(nodes.Getitem), *tree.find_all(nodes.Getattr)):
        key = _target(item)
        if key and key not in optional and id(item) not in lenient:
            yield key, item.lineno


def _target(node: nodes.Node | None) -> str:
    """The name that an expression reads: ``X``, or ``hostvars[inventory_hostname]['X']``; else nothing."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and _is_host(node.node):
        return node.attr
    if isinstance(node, nodes.Getitem) and _is_host(node.node) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return ""


def _is_host(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Name) and node.node.name == "hostvars"
