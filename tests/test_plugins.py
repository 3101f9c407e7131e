"""The registry: listing never loads, a bad plugin is told by name and never crashes the host."""

from __future__ import annotations

import subprocess
import sys
import types

import pytest
from importlib_metadata import EntryPoint

import salesfunnel as sf
from salesfunnel.definitions import Benchmark, BenchmarkSet
from salesfunnel.errors import (
    ArgumentError,
    PluginConflictError,
    PluginError,
    PluginVersionError,
    SalesFunnelError,
    UnknownNameError,
)
from salesfunnel.plugins import Registry, _access, _discovery
from salesfunnel.plugins._record import PluginRecord

TEMPLATES = "salesfunnel.templates"


class Dist:
    """What an entry point carries of its distribution."""

    def __init__(self, name, version):
        self.metadata = {"Name": name}
        self.version = version


def point(name, value, *, group=TEMPLATES, dist="acme-plugin", version="2.1"):
    entry = EntryPoint(name=name, value=value, group=group)
    vars(entry).update(dist=Dist(dist, version))
    return entry


OWN = point("b2b", "salesfunnel.builtin.templates.b2b:b2b", dist="salesfunnel", version="0.1.0")


@pytest.fixture
def acme(monkeypatch):
    """A module that plugins of the test live in."""
    module = types.ModuleType("acme_for_test")
    module.funnel = lambda: sf.Funnel("acme", ["a", "b"])
    module.number = 3
    module.wrong = lambda: "no funnel"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def ask(registry, name):
    return registry.call(TEMPLATES, name, returns=sf.Funnel, options={"locale": "en"})


def test_listing_never_loads_and_is_sorted():
    before = set(sys.modules)
    registry = Registry([point("zeta", "wsgiref.simple_server:x"), OWN, point("alpha", "chunk:x")])
    assert [r.name for r in registry.records(TEMPLATES)] == ["alpha", "b2b", "zeta"]
    loaded = set(sys.modules) - before
    assert not loaded & {"wsgiref", "wsgiref.simple_server", "chunk"}


def test_asking_loads_one_and_the_record_says_so(acme):
    registry = Registry([OWN, point("acme", "acme_for_test:funnel")])
    assert ask(registry, "acme").keys == ("a", "b")
    states = {r.name: r.state for r in registry.records(TEMPLATES)}
    assert states == {"acme": "loaded", "b2b": "available"}
    record = registry.records(TEMPLATES)[0]
    assert (record.distribution, record.version, record.error) == ("acme-plugin", "2.1", None)
    assert not record.builtin


@pytest.mark.parametrize(
    "failure", [ImportError("no numba"), SystemExit(3), ZeroDivisionError("x"), GeneratorExit()]
)
@pytest.mark.parametrize("when", ["load", "call"])
def test_whatever_a_plugin_raises_is_told_with_its_origin(acme, failure, when):
    def fail(*_):
        raise failure

    if when == "call":
        acme.bad = fail
    else:
        acme.__getattr__ = fail
    registry = Registry([OWN, point("bad", "acme_for_test:bad")])
    with pytest.raises(PluginError, match=r"template 'bad' of acme-plugin 2\.1 must") as caught:
        ask(registry, "bad")
    assert caught.value.__cause__ is failure
    (record,) = [r for r in registry.records(TEMPLATES) if r.name == "bad"]
    assert record.state == "broken"
    assert "acme-plugin 2.1" in record.error
    assert ask(registry, "b2b").key == "b2b", "the others go on"


def test_an_interrupt_is_not_swallowed(acme):
    def stop():
        raise KeyboardInterrupt

    acme.stop = stop
    with pytest.raises(KeyboardInterrupt):
        ask(Registry([OWN, point("stop", "acme_for_test:stop")]), "stop")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("acme_for_test:number", "must be a function, got int"),
        ("acme_for_test:wrong", "must return a Funnel, got str"),
        ("acme_for_test:absent", "must load, got AttributeError"),
        ("no_such_module_here:x", "must load, got ModuleNotFoundError"),
    ],
)
def test_what_is_no_template_is_refused(acme, value, says):
    with pytest.raises(PluginError) as caught:
        ask(Registry([OWN, point("odd", value)]), "odd")
    assert says in caught.value.message


@pytest.mark.parametrize("value", ["no_such_module_here:x", "json.no_such_part:x", "not a module"])
def test_a_module_that_is_not_there_is_listed_as_broken(value):
    try:
        gone = point("gone", value)
    except ValueError:
        pytest.skip("this release of importlib_metadata makes no such entry point")
    (record,) = Registry([OWN, gone]).records(TEMPLATES)[1:]
    assert record.state == "broken"
    assert "acme-plugin 2.1" in record.error


def test_a_malformed_entry_of_a_stranger_hides_nobody_else(monkeypatch):
    import importlib_metadata

    from salesfunnel.plugins._discovery import _entries

    def refuse():
        raise ValueError("Invalid object reference")

    monkeypatch.setattr(importlib_metadata, "entry_points", refuse)
    assert "b2b" in {entry.name for entry in _entries()}


@pytest.mark.parametrize("place", ["object", "module"])
def test_another_api_version_is_refused(acme, place):
    holder = acme.funnel if place == "object" else acme
    holder.__salesfunnel_api__ = 2
    registry = Registry([OWN, point("acme", "acme_for_test:funnel")])
    with pytest.raises(
        PluginVersionError, match=r"of acme-plugin 2\.1 must be written for version 1"
    ):
        ask(registry, "acme")
    assert registry.records(TEMPLATES)[0].state == "incompatible"
    holder.__salesfunnel_api__ = 1
    assert ask(Registry([OWN, point("acme", "acme_for_test:funnel")]), "acme").key == "acme"


def test_a_built_in_cannot_be_replaced_silently(acme):
    registry = Registry([point("b2b", "acme_for_test:funnel"), OWN])
    with pytest.raises(PluginConflictError) as caught:
        ask(registry, "b2b")
    assert "acme-plugin 2.1" in caught.value.message
    assert "salesfunnel 0.1.0" in caught.value.message
    assert {r.state for r in registry.records(TEMPLATES)} == {"conflict"}
    assert ask(registry, "b2b@Acme_Plugin").key == "acme"
    assert ask(registry, "b2b@salesfunnel").key == "b2b"


def test_strangers_can_be_left_out(acme):
    registry = Registry([point("acme", "acme_for_test:funnel"), OWN], third_party=False)
    assert [r.name for r in registry.records(TEMPLATES)] == ["b2b"]
    with pytest.raises(UnknownNameError, match="SALESFUNNEL_NO_PLUGINS"):
        ask(registry, "acme")


@pytest.mark.parametrize(
    ("setting", "hidden"), [("1", True), ("true", True), ("0", False), ("", False)]
)
def test_the_environment_hides_strangers(acme, monkeypatch, setting, hidden):
    found = tuple(_discovery.Found.of(e) for e in (OWN, point("acme", "acme_for_test:funnel")))
    monkeypatch.setattr(_access, "discover", lambda: found)
    monkeypatch.setenv("SALESFUNNEL_NO_PLUGINS", setting)
    assert [r.name for r in sf.templates()] == (["b2b"] if hidden else ["acme", "b2b"])


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'b2b'"):
        sf.template("b2c")
    with pytest.raises(UnknownNameError, match="benchmark"):
        sf.benchmark("nothing like it")
    with pytest.raises(UnknownNameError):
        sf.rule_set("x")
    with pytest.raises(UnknownNameError):
        sf.source("x")
    with pytest.raises(ArgumentError, match="'locale'"):
        sf.template("b2b", locale="de")
    with pytest.raises(ArgumentError, match="'group'"):
        Registry().records("salesfunnel.other")


def test_without_our_own_metadata_it_says_so():
    registry = Registry([])
    with pytest.raises(PluginError, match="zipapp"):
        ask(registry, "b2b")
    (record,) = registry.records(TEMPLATES)
    assert record.state == "broken"
    assert "metadata" in record.error


def test_broken_metadata_of_a_stranger_does_no_harm():
    class Broken:
        @property
        def metadata(self):
            raise OSError("unreadable")

    entry = EntryPoint(name="odd", value="json:x", group=TEMPLATES)
    vars(entry)["dist"] = Broken()
    (_, record) = Registry([OWN, entry]).records(TEMPLATES)
    assert record.distribution == "unknown"


def test_checking_all_tells_the_broken_ones(acme, monkeypatch):
    def boom():
        raise RuntimeError("boom")

    acme.boom = boom
    found = tuple(_discovery.Found.of(e) for e in (OWN, point("boom", "acme_for_test:boom")))
    monkeypatch.setattr(_access, "discover", lambda: found)
    assert {r.name: r.state for r in sf.templates()} == {"b2b": "available", "boom": "available"}
    assert {r.name: r.state for r in sf.templates(load=True)} == {"b2b": "loaded", "boom": "broken"}
    assert {r.name: r.state for r in sf.templates()} == {"b2b": "loaded", "boom": "broken"}


def test_a_rule_set_and_a_source_are_checked_too(acme):
    from salesfunnel.plugins._access import _rule_set_problem, _source_problem

    acme.rules = types.SimpleNamespace(name="x", dimension="weather", rules=())
    rules = point("x", "acme_for_test:rules", group="salesfunnel.rules")
    registry = Registry(
        [OWN, rules, point("y", "acme_for_test:number", group="salesfunnel.sources")]
    )
    with pytest.raises(PluginError, match="'dimension'"):
        registry.load("salesfunnel.rules", "x", check=_rule_set_problem)
    assert "'name', 'dimension', 'rules'" in _rule_set_problem(object())
    with pytest.raises(PluginError, match="function"):
        registry.load("salesfunnel.sources", "y", check=_source_problem)


def test_every_built_in_is_found_through_the_same_path():
    names = {r.name for r in sf.templates()}
    assert names >= {"b2b", "repurchase", "saas-trial", "ecommerce", "retail-store",
                     "education-enrolment", "manufacturing-rfq"}  # fmt: skip
    assert {r.name for r in sf.rule_sets()} >= {"data", "action", "resource", "customer"}
    assert {r.name for r in sf.benchmarks()} >= {"b2b-saas", "ecommerce", "method"}
    for records in (sf.templates, sf.rule_sets, sf.benchmarks, sf.sources):
        for record in records(load=True):
            if record.builtin:
                assert record.state == "loaded", record.error
                assert record.version == sf.__version__
    assert isinstance(sf.templates()[0], PluginRecord)


def test_the_scan_is_remembered_until_the_path_changes(tmp_path, monkeypatch):
    first = _discovery.discover()
    assert _discovery.discover() is first
    info = tmp_path / "late-1.0.dist-info"
    info.mkdir()
    headers = "Metadata-Version: 2.1\nName: late\nVersion: 1.0\n"
    (info / "METADATA").write_text(headers)
    group = "[salesfunnel.benchmarks]\nlate = late_module:make\n"
    (info / "entry_points.txt").write_text(group)
    (tmp_path / "late_module.py").write_text(
        "import salesfunnel as sf\n"
        "def make():\n"
        "    return sf.BenchmarkSet.from_rates('late', {('a', 'b'): 0.5}, citation='S')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert {f.name for f in _discovery.discover()} - {f.name for f in first} == {"late"}
    assert "late_module" not in sys.modules
    assert sf.benchmark("late").get("a", "b").rate == 0.5
    sys.modules.pop("late_module")


def test_a_function_gets_the_options_that_it_takes(acme):
    seen = {}

    def both(locale="en", **rest):
        seen.update(locale=locale, **rest)
        return sf.Funnel("x", ["a"])

    acme.both = both
    Registry([OWN, point("x", "acme_for_test:both")]).call(
        TEMPLATES, "x", returns=sf.Funnel, options={"locale": "zh", "other": 1}
    )
    assert seen == {"locale": "zh", "other": 1}


def test_errors_of_plugins_are_errors_of_this_library():
    for error in (PluginError, PluginVersionError, PluginConflictError):
        assert issubclass(error, SalesFunnelError)
        assert issubclass(error, ImportError)
    assert BenchmarkSet("x", [Benchmark("a", "b", 0.5, citation="s")]).key == "x"


def test_a_plugin_that_works_again_is_no_longer_listed_as_broken(acme):
    acme.later = lambda: 3
    registry = Registry([OWN, point("later", "acme_for_test:later")])
    for _ in range(2):
        with pytest.raises(PluginError) as caught:
            ask(registry, "later")
    assert caught.value.__context__ is None, "each look-up raises an error of its own"
    assert registry.records(TEMPLATES)[1].state == "broken"
    later = Registry([OWN, point("later", "acme_for_test:absent_yet")])
    with pytest.raises(PluginError):
        ask(later, "later")
    acme.absent_yet = acme.funnel
    assert ask(later, "later").key == "acme"
    assert later.records(TEMPLATES)[1].state == "loaded"


def test_what_stands_for_benchmarks():
    from salesfunnel.plugins import benchmarks_of

    own = sf.BenchmarkSet.from_rates("own", {"a→b": 0.3}, citation="s")
    assert benchmarks_of(own) is own
    assert benchmarks_of(None) is None
    assert benchmarks_of("method").key == "method"
    (given,) = benchmarks_of({("a", "b"): 0.2})
    assert (given.rate, given.citation) == (0.2, "given by the caller")
    with pytest.raises(ArgumentError, match="'benchmark' must be a BenchmarkSet"):
        benchmarks_of(0.3)


def test_definitions_need_no_numpy():
    code = (
        "import sys, salesfunnel as sf\n"
        "sf.template('b2b'); sf.templates(); sf.sources(); sf.rule_sets()\n"
        "sf.benchmark('b2b-saas').for_funnel(sf.template('b2b'))\n"
        "print('numpy' in sys.modules, 'hypothesis' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_strangers_with_names_of_built_ins_do_not_stop_what_asks_for_none(tmp_path, monkeypatch):
    history = sf.read_stage_history(
        "deal,lead,offer,won,outcome,closed\na,2026-01-05,2026-01-09,2026-02-01,won,2026-02-01",
        stages=["lead", "offer", "won"],
        as_of="2026-03-01",
    )
    sheet = "metric,actual\nImpressions,900\nLeads,30\n"
    bottleneck = sf.find_bottlenecks(history.panel()).rows[0]
    known = sf.read_table(sheet), sf.diagnose(bottleneck, history)
    info = tmp_path / "thief-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thief\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[salesfunnel.templates]\nb2b = thief:x\nrepurchase = thief:x\n"
        "[salesfunnel.rules]\ndata = thief:x\naction = thief:x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginConflictError):
        sf.template("b2b")
    assert (sf.read_table(sheet), sf.diagnose(bottleneck, history)) == known
    bought = sf.read_purchases("customer,time,amount\na,2026-01-05,5\na,2026-02-05,5\n")
    assert sf.lifecycle(bought, as_of="2026-03-01")
