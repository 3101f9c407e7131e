"""The look-ups of sources: ``sf.source("hubspot")``, ``sf.sources()``."""

from __future__ import annotations

from typing import Any, Literal, overload

from salesfunnel.plugins._access import _source_problem, listed, registry
from salesfunnel.plugins._record import PluginRecords
from salesfunnel.plugins._sources import (
    AirbyteHubSpotSource,
    FivetranHubSpotSource,
    FivetranSalesforceSource,
    HubSpotSource,
    ListedName,
    ListedSource,
    OdooSource,
    PipedriveSource,
    SalesforceSource,
    Source,
)

__all__ = ["source", "sources"]

# Each name is a text, too: what its source takes is narrower than what any source takes.


@overload
def source(name: Literal["hubspot"]) -> HubSpotSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: Literal["salesforce"]) -> SalesforceSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: Literal["pipedrive"]) -> PipedriveSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: Literal["odoo"]) -> OdooSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: Literal["fivetran-hubspot"]) -> FivetranHubSpotSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: Literal["fivetran-salesforce"]) -> FivetranSalesforceSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: Literal["airbyte-hubspot"]) -> AirbyteHubSpotSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: ListedName) -> ListedSource: ...  # type: ignore[overload-overlap]
@overload
def source(name: str) -> Source: ...
def source(name: str) -> Any:
    """Return the function that makes a StageHistory of a CRM's export records.

    Parameters
    ----------
    name : str
        ``"hubspot"``, ``"salesforce"``, ...; `sources` lists them.

    Returns
    -------
    callable
        Takes records and options, and returns a `StageHistory`; its ``by_pipeline`` takes the same
        and returns a history per pipeline. For the names of the built-in sources an editor knows
        the options.

    Raises
    ------
    UnknownNameError
        If no source has the name.
    PluginError
        If it cannot be loaded, or two distributions offer it.

    Examples
    --------
    >>> source("hubspot").__name__
    'hubspot'
    """
    return registry().load("salesfunnel.sources", name, check=_source_problem)


def sources(*, load: bool = False) -> PluginRecords:
    """List the sources that are installed, by name; `load` checks each as well.

    Parameters
    ----------
    load : bool
        Load and check each as well; without it nothing is imported.

    Returns
    -------
    PluginRecords
        A tuple of `PluginRecord` that shows itself.

    Examples
    --------
    >>> "hubspot" in [record.name for record in sources()]
    True
    """
    return listed("salesfunnel.sources", source, load)
