"""Prints the public face: every name of ``sf.__all__`` with its signature, classes with methods.

``python tests/api_surface.py > tests/api_surface.txt`` takes over a change that is meant.
"""

from __future__ import annotations

import inspect
import re
import types

import salesfunnel as sf


def surface() -> str:
    lines = []
    for name in sorted(sf.__all__):
        value = getattr(sf, name)
        if isinstance(value, types.ModuleType):
            lines.append(f"module {name}")
            for inner in sorted(getattr(value, "__all__", ())):
                lines += described(f"{name}.{inner}", getattr(value, inner))
        else:
            lines += described(name, value)
    return "\n".join(lines) + "\n"


def described(name, value):
    if inspect.isclass(value):
        bases = ", ".join(b.__name__ for b in value.__mro__[1:] if b.__module__ == "builtins"
                          and b is not object)  # fmt: skip
        yield f"class {name}{arguments(value)}" + (f" [{bases}]" if bases else "")
        # What Python's own classes bring differs between versions of Python.
        theirs = {n for base in value.__mro__ if base.__module__ == "builtins" for n in dir(base)}
        for member in sorted(set(dir(value)) - theirs):
            if not member.startswith("_"):
                yield f"  {name}.{member}{member_text(value, member)}"
    elif callable(value):
        yield f"def {name}{arguments(value)}"
    else:
        yield f"{name}"


def member_text(owner, member):
    raw = inspect.getattr_static(owner, member)
    if isinstance(raw, classmethod | staticmethod):
        return arguments(getattr(owner, member)) + f" [{type(raw).__name__}]"
    if inspect.isfunction(raw):
        return arguments(raw)
    return ""


def arguments(value):
    """Return the parameters: names, kinds, defaults and, for functions, written annotations."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    written = not inspect.isclass(value)
    parameters = [
        p if written else p.replace(annotation=p.empty) for p in signature.parameters.values()
    ]
    returns = signature.return_annotation if written else signature.empty
    text = str(signature.replace(parameters=parameters, return_annotation=returns))
    text = re.sub(r"<(function|class|module) '?([\w.]+)'?[^>]*>", r"\2", text)
    return re.sub(r"'([^']*)'(?=[,)= ]|$)", lambda m: annotation_or_default(m, text), text)


def annotation_or_default(match, text):
    """Take the quotes off an annotation, and leave those of a default."""
    before = text[: match.start()]
    return match[1] if before.endswith((": ", "-> ")) else match[0]


if __name__ == "__main__":
    print(surface(), end="")  # noqa: T201 - this is what the script is for
