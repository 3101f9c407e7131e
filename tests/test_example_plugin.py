"""The worked plugin package is built, installed into a fresh environment and used there."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from salesfunnel.testing import check_benchmark, check_rules, check_template

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "examples" / "salesfunnel-acme"

USE = """
import json, sys
import salesfunnel as sf
before = {r.name: (r.distribution, r.version, r.state) for r in sf.templates()}
loaded_by_listing = "salesfunnel_acme" in sys.modules
funnel = sf.template("acme-solar", locale="zh")
after = {r.name: r.state for r in sf.templates()}
rates = sf.benchmark("acme-solar").for_funnel(funnel)
print(json.dumps({
    "file": sf.__file__, "before": before["acme-solar"], "loaded_by_listing": loaded_by_listing,
    "after": after["acme-solar"], "builtin": before["b2b"], "name": funnel.name,
    "steps": [m.key for m in funnel.steps], "rates": [b.rate for b in rates],
    "rules": [r.code for r in sf.rule_set("acme-site").rules],
    "rule_sets": [r.name for r in sf.rule_sets()],
}))
"""


def module():
    spec = importlib.util.spec_from_file_location(
        "salesfunnel_acme", PLUGIN / "src" / "salesfunnel_acme" / "__init__.py"
    )
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_the_example_passes_the_checks_for_plugin_authors():
    acme = module()
    check_template(acme.solar)
    check_rules(acme.SITE_RULES)
    check_benchmark(acme.solar_rates)


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, check=False, timeout=240, **options,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_example_is_built_installed_and_found(tmp_path):
    for need in ("pip", "hatchling"):
        if importlib.util.find_spec(need) is None:
            pytest.skip(f"{need} is not installed in this environment")
    wheels, home = tmp_path / "wheels", tmp_path / "home"
    for source in (ROOT, PLUGIN):
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
            "--disable-pip-version-check", "-w", wheels, source, cwd=tmp_path)  # fmt: skip
    assert len(list(wheels.glob("*.whl"))) == 2
    venv.create(home, with_pip=False)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index",
        "--disable-pip-version-check", *wheels.glob("*.whl"))  # fmt: skip
    # What salesfunnel depends on is lent by this environment, behind what was just installed:
    # its folders are named one by one, for a .pth there could bring back the source tree.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SALESF"))}
    paths = dict.fromkeys(str(Path(p)) for p in sys.path if Path(p).name.endswith("-packages"))
    purelib = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    assert purelib != Path(sysconfig.get_path("purelib"))
    (purelib / "lent.pth").write_text("\n".join(paths) + "\n", encoding="utf-8")

    told = json.loads(run(python, "-c", USE, cwd=tmp_path, env=environment))
    assert Path(told["file"]).is_relative_to(home)
    assert told["before"] == ["salesfunnel-acme", "1.2.0", "available"]
    assert told["builtin"][0] == "salesfunnel"
    assert not told["loaded_by_listing"]
    assert told["after"] == "loaded"
    assert told["name"] == "屋顶光伏"
    assert told["steps"] == ["enquiries", "site_visits", "offers", "contracts"]
    assert told["rates"] == [0.42, 0.8, 0.31]
    assert told["rules"] == ["acme-shaded-roof", "acme-region-mix"]
    assert told["rule_sets"] == ["acme-site", "action", "customer", "data", "resource"]

    asked = "import salesfunnel as sf; print(*[r.name for r in sf.templates()])"
    alone = run(python, "-c", asked, cwd=tmp_path,
                env={**environment, "SALESFUNNEL_NO_PLUGINS": "1"})  # fmt: skip
    assert "b2b" in alone.split()
    assert "acme-solar" not in alone.split()
