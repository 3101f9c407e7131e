"""Old open deals that nobody closed, and falls that a forecast does not take as lasting."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf


def deals(zombies: int) -> sf.StageHistory:
    rows = ["id,stage,created,closed,amount"]
    for i in range(360):
        made = np.datetime64("2025-01-01") + np.timedelta64(i, "D")
        end = made + np.timedelta64(20 + i % 30, "D")
        over = end <= np.datetime64("2025-12-31")
        state = ("Won" if i % 2 else "Lost") if over else "Open"
        rows.append(f"{i},{state},{made},{end if over else ''},100")
    rows += [f"z{i},Open,2025-02-{1 + i % 28:02d},,100" for i in range(zombies)]
    return sf.read_deals("\n".join(rows).encode(), as_of="2025-12-31")


@pytest.mark.parametrize(("zombies", "said"), [(0, False), (80, True)])
def test_deals_that_were_never_closed(zombies, said):
    found = sf.forecast(deals(zombies), horizon=30, covariates=None, draws=200)
    faults = {fault.code: fault for fault in found.faults}
    assert ("old-open-deals" in faults) == said
    if said:
        told = dict(faults["old-open-deals"].params)
        assert (told["n"], told["days"]) == (80, pytest.approx(49, abs=1))
        assert "80 of" in found.to_text(width=300)
        assert "80个已超过" in found.to_text(locale="zh", width=300)
