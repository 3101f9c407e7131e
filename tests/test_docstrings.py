"""Docstrings of the public names against the code: parameters, fields, errors."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap

import attrs
import pytest

import salesfunnel as sf

HOMES = (sf, sf.stats, sf.testing)
PUBLIC = {
    f"{home.__name__}.{name}": getattr(home, name)
    for home in HOMES
    for name in home.__all__
    if not inspect.ismodule(getattr(home, name))
}
CLASSES = {name: value for name, value in PUBLIC.items() if attrs.has(value)}
FUNCTIONS = {
    name: inspect.unwrap(value) for name, value in PUBLIC.items() if inspect.isfunction(value)
}
METHODS = {
    f"{name}.{key}": inspect.unwrap(getattr(value, "__func__", value))
    for name, one in CLASSES.items()
    for key, value in vars(one).items()
    if not key.startswith("_") and inspect.isroutine(getattr(value, "__func__", value))
}
CALLABLES = FUNCTIONS | METHODS


def named(doc, *sections):
    """Return the names that numpydoc sections describe."""
    found = set()
    for section in sections:
        match = re.search(rf"(?ms)^{section}\n-+\n(.*?)(?=^\w+\n---|\Z)", inspect.cleandoc(doc))
        for line in match[1].splitlines() if match else ():
            if line and not line[0].isspace():
                found |= {name.strip().lstrip("*") for name in line.split(":")[0].split(",")}
    return found


OWNERS = sorted(CLASSES | FUNCTIONS)


def of(owner, things):
    """Return those of a public name: the function, or the methods of the class."""
    return [name for name in things if name == owner or name.startswith(f"{owner}.")]


@pytest.mark.parametrize("owner", OWNERS)
def test_parameters_are_those_of_the_signature(owner):
    wrong = {}
    for name in of(owner, CALLABLES):
        takes = set(inspect.signature(CALLABLES[name]).parameters) - {"self", "cls"}
        told = named(CALLABLES[name].__doc__, "Parameters")
        if told not in (set(), takes):
            wrong[name] = told ^ takes
    for name in of(owner, CLASSES):
        fields = {field.name for field in attrs.fields(CLASSES[name]) if field.name[0] != "_"}
        if missing := fields - named(CLASSES[name].__doc__, "Parameters", "Attributes"):
            wrong[name] = missing
    assert wrong == {}


@pytest.mark.parametrize("owner", OWNERS)
def test_errors_that_are_raised_are_told(owner):
    untold = {}
    for name in of(owner, CALLABLES):
        tree = ast.parse(textwrap.dedent(inspect.getsource(CALLABLES[name])))
        raised = {
            node.exc.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and isinstance(node.exc.func, ast.Name)
            and node.exc.func.id in sf.errors.__all__
        }
        if missing := {error for error in raised if error not in CALLABLES[name].__doc__}:
            untold[name] = missing
    assert untold == {}
