"""Plugins: templates, rule sets, benchmarks and sources that other distributions bring.

A plugin is an entry point in one of four groups. Listing never loads; asking by name loads one.
"""

from __future__ import annotations

from salesfunnel.plugins._protocols import (
    BenchmarkPlugin,
    RuleSetPlugin,
    SourcePlugin,
    TemplatePlugin,
)
from salesfunnel.plugins._record import API_VERSION, PluginRecord, PluginRecords
from salesfunnel.plugins._registry import Registry

from salesfunnel.plugins._access import (  # isort: skip - stands on the three above
    benchmark,
    benchmarks,
    benchmarks_of,
    rule_set,
    rule_sets,
    template,
    templates,
)
from salesfunnel.plugins._source_access import source, sources  # isort: skip - as above

__all__ = [
    "API_VERSION",
    "BenchmarkPlugin",
    "PluginRecord",
    "PluginRecords",
    "Registry",
    "RuleSetPlugin",
    "SourcePlugin",
    "TemplatePlugin",
    "benchmark",
    "benchmarks",
    "benchmarks_of",
    "rule_set",
    "rule_sets",
    "source",
    "sources",
    "template",
    "templates",
]
