"""Sessions for developers: every interpreter that is present, lint, types, docs."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "minimal", "lint", "docs"]
PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run all tests with every extra."""
    session.install("-U", "pip")
    session.install("-e", ".[all]", *nox.project.dependency_groups(PYPROJECT, "test"))
    session.run("pytest", "-n", "2", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run all tests, measure which lines and branches they take, and hold that to the gate."""
    session.install("-e", ".[all]", *nox.project.dependency_groups(PYPROJECT, "test"))
    report = f"{session.create_tmp()}/coverage.json"
    session.run("pytest", "-n", "2", "--cov", f"--cov-report=json:{report}", *session.posargs)
    session.run("python", ".ci/coverage_gate.py", report)


@nox.session
def minimal(session: nox.Session) -> None:
    """Run the tests with the four core dependencies alone; what needs an extra is skipped."""
    session.install("-e", ".", "pytest", "pytest-xdist", "hypothesis", "jsonschema")
    session.run("pytest", "-n", "2", "-q", *session.posargs, env={"SALESFUNNEL_MINIMAL": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and types."""
    session.install("-e", ".[all]", *nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("pyright")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the docs; a warning is an error."""
    session.install("-e", ".[all]", *nox.project.dependency_groups(PYPROJECT, "docs"))
    session.run("python", "docs/build.py")
