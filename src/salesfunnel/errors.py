"""The errors that salesfunnel raises, each with a stable code."""

from __future__ import annotations

from salesfunnel._core.errors import (
    ArgumentError,
    DataError,
    DefinitionError,
    MissingExtraError,
    PluginConflictError,
    PluginError,
    PluginVersionError,
    SalesFunnelError,
    SalesFunnelWarning,
    SerializationError,
    UnknownNameError,
)
from salesfunnel.fault import IntakeError

__all__ = [
    "ArgumentError",
    "DataError",
    "DefinitionError",
    "IntakeError",
    "MissingExtraError",
    "PluginConflictError",
    "PluginError",
    "PluginVersionError",
    "SalesFunnelError",
    "SalesFunnelWarning",
    "SerializationError",
    "UnknownNameError",
]
