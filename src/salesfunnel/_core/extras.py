"""Extras: imported only when used, with a message that says what to install."""

from __future__ import annotations

from types import ModuleType

from salesfunnel._core.errors import MissingExtraError


def require(module: str, *, extra: str, feature: str) -> ModuleType:
    """Import an optional module, or say which extra brings it.

    Parameters
    ----------
    module : str
        The module to import, such as ``"openpyxl"``.
    extra : str
        The extra of this distribution that depends on it.
    feature : str
        What the caller wanted, as the start of the message ("writing xlsx").

    Raises
    ------
    MissingExtraError
        If the module, or something it needs, is not installed.
    """
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{feature} must have the package {module.partition('.')[0]!r}, which is not installed",
            hint=f'pip install "salesfunnel[{extra}]"',
        ) from error
