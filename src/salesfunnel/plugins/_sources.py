"""What ``sf.source(name)`` returns, for editors and type checkers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from salesfunnel.data.history import StageHistory
    from salesfunnel.definitions.funnel import Funnel

__all__ = [
    "AirbyteHubSpotSource",
    "FivetranHubSpotSource",
    "FivetranSalesforceSource",
    "HubSpotSource",
    "ListedName",
    "ListedSource",
    "OdooSource",
    "PipedriveSource",
    "SalesforceSource",
    "Source",
]

ListedName = Literal[
    "bitrix24",
    "close",
    "dynamics",
    "freshsales",
    "fxiaoke",
    "lixiao",
    "okki",
    "weiban",
    "weiling",
    "wshoto",
    "wukong",
    "xiaoshouyi",
    "zoho",
]
"""CRMs whose sources take the same arguments."""


class _Named(Protocol):
    """What every source has beside its call."""

    @property
    def __name__(self) -> str:
        """Name of the function."""
        ...

    def by_pipeline(self, records: object, /, **options: object) -> dict[str, StageHistory]:
        """Return a history per pipeline, by its name; a plugin of somebody else may lack it."""
        ...


class Source(_Named, Protocol):
    """Any source: records and options to a history."""

    def __call__(self, records: Any, /, **options: Any) -> StageHistory:
        """Return the history of the deals."""
        ...


class HubSpotSource(_Named, Protocol):
    """HubSpot."""

    def __call__(
        self,
        records: Any,
        *,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | None = None,
        pipelines: Any = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class SalesforceSource(_Named, Protocol):
    """Salesforce."""

    def __call__(
        self,
        records: Any,
        *,
        opportunities: Any = None,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | None = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class PipedriveSource(_Named, Protocol):
    """Pipedrive."""

    def __call__(
        self,
        records: Any,
        *,
        changes: Any = None,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | int | None = None,
        pipelines: Any = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class OdooSource(_Named, Protocol):
    """Odoo."""

    def __call__(
        self,
        records: Any,
        *,
        tracking: Any = None,
        messages: Any = None,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | int | None = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class ListedSource(_Named, Protocol):
    """CRMs that are described field by field: Zoho, Bitrix24, Dynamics 365, ..."""

    def __call__(
        self,
        records: Any,
        *,
        changes: Any = None,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | int | None = None,
        pipelines: Any = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class FivetranHubSpotSource(_Named, Protocol):
    """Tables of HubSpot that Fivetran writes."""

    def __call__(
        self,
        records: Any,
        *,
        deal_stage: Any = None,
        deal_property_history: Any = None,
        merged_deal: Any = None,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | None = None,
        pipelines: Any = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class FivetranSalesforceSource(_Named, Protocol):
    """Tables of Salesforce that Fivetran writes."""

    def __call__(
        self,
        records: Any,
        *,
        opportunities: Any = None,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | None = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class AirbyteHubSpotSource(_Named, Protocol):
    """Tables of HubSpot that Airbyte writes."""

    def __call__(
        self,
        records: Any,
        *,
        deals_property_history: Any = None,
        funnel: Funnel | None = None,
        stages: Any = None,
        pipeline: str | None = None,
        pipelines: Any = None,
        owners: Any = None,
        fields: Any = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Any = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...
