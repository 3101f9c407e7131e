"""Types of ``sf.source(name)``, for editors and type checkers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from salesfunnel._core.inputs import Moment
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

Records: TypeAlias = object
"""What an endpoint of a CRM answers: records, pages of them, a frame, a file, a client's object.

Clients have types of their own, so that no narrower type would hold; a source says what it refuses.
"""


class _Named(Protocol):
    """Attributes of every source."""

    @property
    def __name__(self) -> str:
        """Name of the function."""
        ...

    def by_pipeline(self, records: Records, /, **options: object) -> dict[str, StageHistory]:
        """Return a history per pipeline, by its name; a plugin of somebody else may lack it."""
        ...


class Source(_Named, Protocol):
    """Any source: records and options to a history."""

    def __call__(self, records: Records, /, **options: Any) -> StageHistory:
        """Return the history of the deals."""
        ...


class HubSpotSource(_Named, Protocol):
    """HubSpot."""

    def __call__(
        self,
        records: Records,
        *,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | None = None,
        pipelines: Records | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class SalesforceSource(_Named, Protocol):
    """Salesforce."""

    def __call__(
        self,
        records: Records,
        *,
        opportunities: Records | None = None,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class PipedriveSource(_Named, Protocol):
    """Pipedrive."""

    def __call__(
        self,
        records: Records,
        *,
        changes: Records | None = None,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | int | None = None,
        pipelines: Records | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class OdooSource(_Named, Protocol):
    """Odoo."""

    def __call__(
        self,
        records: Records,
        *,
        tracking: Records | None = None,
        messages: Records | None = None,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | int | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class ListedSource(_Named, Protocol):
    """CRMs that are described field by field: Zoho, Bitrix24, Dynamics 365, ..."""

    def __call__(
        self,
        records: Records,
        *,
        changes: Records | None = None,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | int | None = None,
        pipelines: Records | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class FivetranHubSpotSource(_Named, Protocol):
    """Tables of HubSpot that Fivetran writes."""

    def __call__(
        self,
        records: Records,
        *,
        deal_stage: Records | None = None,
        deal_property_history: Records | None = None,
        merged_deal: Records | None = None,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | None = None,
        pipelines: Records | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class FivetranSalesforceSource(_Named, Protocol):
    """Tables of Salesforce that Fivetran writes."""

    def __call__(
        self,
        records: Records,
        *,
        opportunities: Records | None = None,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...


class AirbyteHubSpotSource(_Named, Protocol):
    """Tables of HubSpot that Airbyte writes."""

    def __call__(
        self,
        records: Records,
        *,
        deals_property_history: Records | None = None,
        funnel: Funnel | None = None,
        stages: Records | None = None,
        pipeline: str | None = None,
        pipelines: Records | None = None,
        owners: Records | None = None,
        fields: Records | None = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = ...,
        as_of: Moment | None = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        """Return the history of the deals."""
        ...
