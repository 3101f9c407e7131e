"""The types that editors see have the arguments of the functions."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest

import salesfunnel as sf
from salesfunnel.plugins import _sources as types

OWN = {
    "hubspot": types.HubSpotSource,
    "salesforce": types.SalesforceSource,
    "pipedrive": types.PipedriveSource,
    "odoo": types.OdooSource,
    "fivetran-hubspot": types.FivetranHubSpotSource,
    "fivetran-salesforce": types.FivetranSalesforceSource,
    "airbyte-hubspot": types.AirbyteHubSpotSource,
}
ALL = {**OWN, **dict.fromkeys(get_args(types.ListedName), types.ListedSource)}


def test_every_source_has_its_type():
    assert set(ALL) == {record.name for record in sf.sources()}


@pytest.mark.parametrize("name", ALL)
def test_arguments_of_the_type_are_those_of_the_function(name):
    seen = list(inspect.signature(ALL[name].__call__).parameters)[1:]
    real = inspect.signature(sf.source(name)).parameters
    assert seen == list(real)
    assert sf.source(name).__doc__.startswith("Make a stage history of ")
    for argument in real:
        assert argument in sf.source(name).__doc__, argument
