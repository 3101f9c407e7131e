"""Branches of kernels that only odd input takes: texts in many pieces, columns that hide others."""

from __future__ import annotations

import numpy as np
import pytest

from salesfunnel._kernels.causes import coding
from salesfunnel._kernels.causes.answer import Coded, answer_of
from salesfunnel._kernels.causes.composition import worst_levels
from salesfunnel._kernels.causes.design import cells_of, design_of
from salesfunnel._kernels.causes.fit import fit
from salesfunnel._kernels.causes.leaks import fill_leak
from salesfunnel._kernels.causes.parts import LevelCounts
from salesfunnel._kernels.customers import paretonbd
from salesfunnel._kernels.events import encoding
from salesfunnel._kernels.events.texts import FixedTexts, OffsetTexts, ViewTexts
from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.exposure import lagged
from salesfunnel._kernels.rate_model.integrate import Noise
from salesfunnel._kernels.rate_model.reference import reference_curve
from salesfunnel._kernels.text.cells import Cells, split_lines, stripped
from salesfunnel._kernels.text.codes import Pieces, distinct_cells
from salesfunnel._kernels.winning.drawn_wins import _moments


def test_fields_of_no_width_have_one_hash():
    """A structured array can have text cells of no width."""
    empty = np.zeros(3, dtype=[("a", "U0")])["a"]
    assert empty.dtype.itemsize == 0
    assert coding.hashes(empty).tolist() == [0, 0, 0]


def two_copies(seed, n, flip, shortfall=0.03):
    """Return the answer where two columns are copies, with errors, of what matters."""
    rng = np.random.default_rng(seed)
    now = np.arange(n) >= n // 2
    hidden = rng.random(n) < np.where(now, 0.5, 0.25)
    first, second = (np.where(rng.random(n) < flip, ~hidden, hidden) for _ in range(2))
    y = (rng.random(n) < np.where(hidden, 0.25, 0.5)).astype(float)
    columns = [Coded(one.astype(int), 2, 0) for one in (first, second)]
    period = np.repeat(np.arange(10), n // 10)
    return answer_of(y, now, period, columns, shortfall=shortfall * n, entrants=n / 2)


def test_of_two_columns_that_hide_each_other_the_better_is_named():
    found = [two_copies(seed, 300, 0.12) for seed in (0, 10, 14)]
    named = [cause for answer in found for cause in answer.causes]
    assert len(named) == 3
    for cause in named:
        assert cause.kind == "composition"
        assert cause.alike == (1 - cause.columns[0],)
        assert "cannot-tell-apart" in cause.notices
        assert cause.deals > 0


def test_a_figure_that_another_way_of_counting_halves_is_told():
    """Seed 310: strata say half of what the model says, and both copies are named."""
    rng = np.random.default_rng(310)
    now = np.arange(1000) >= 500
    hidden = rng.random(1000) < np.where(now, 0.5, 0.25)
    flip = rng.choice([0.08, 0.12, 0.15])
    copies = [np.where(rng.random(1000) < flip, ~hidden, hidden) for _ in range(2)]
    y = (rng.random(1000) < np.where(hidden, 0.25, 0.5)).astype(float)
    columns = [Coded(one.astype(int), 2, 0) for one in copies]
    period = np.repeat(np.arange(10), 100)
    found = answer_of(y, now, period, columns, shortfall=30.0, entrants=500)
    named = [one for one in found.causes if one.kind == "composition"]
    assert {one.columns for one in named} == {(0,), (1,)}
    assert all("goes-with" in one.notices for one in named)
    assert any("model-dependent" in one.notices for one in named)


@pytest.mark.parametrize("seed", [0, 3])
def test_of_two_columns_that_explain_too_little_none_is_named(seed):
    """Seed 0: either alone would be sure, but is small; seed 3: one of them is not sure."""
    found = two_copies(seed, 300, 0.12, shortfall=2.0)
    assert found.causes == ()
    assert found.small + found.everywhere == pytest.approx(600)


def test_an_end_of_an_order_without_deals_is_not_named():
    """The lowest two of four levels have no deals at all; what rose is the third."""
    outcome = np.zeros((2, 2, 4))
    outcome[0] = [[0, 0, 20, 60], [0, 0, 20, 60]]
    outcome[1] = [[0, 0, 60, 20], [0, 0, 60, 20]]
    counts = LevelCounts(np.zeros((2, 4)), outcome)
    levels = worst_levels(counts, np.array([0.0, 0.0, -0.2, 0.2]), ordered=4)
    assert 2 in levels
    assert 3 not in levels


def test_a_factor_that_is_not_in_the_model_has_no_coefficients():
    codes = np.arange(40) % 2
    plan = design_of(codes, np.arange(40) >= 20, np.arange(40) // 10, [(codes, 2)])
    fitted = fit(plan, cells_of(plan), [0, 1])
    assert fitted.of(plan, 1) == slice(plan.sizes[0], plan.sizes[0] + 2)
    with pytest.raises(KeyError, match="5"):
        fitted.of(plan, 5)


def test_a_column_of_few_blanks_tells_nothing_by_its_rates():
    known = np.arange(400) < 390
    y = np.tile([0.0, 1.0], 200)
    none = np.zeros(0, dtype=bool)
    assert fill_leak(known, y, none, none) == ""
    five_won = (np.arange(400) < 5).astype(float)
    assert fill_leak(five_won > 0, five_won, none, none) == ""


def test_entrants_of_a_step_are_spread_over_the_months_they_arrive_in():
    entered, shares = np.array([10.0, 20.0, 30.0, 40.0]), np.array([0.5, 0.0, 0.5])
    assert lagged(entered, shares)[2:] == pytest.approx([20, 30])
    assert np.isnan(lagged(entered[:2], shares)).all()


@pytest.mark.parametrize("size", [-40.0, 40.0, np.inf])
def test_parameters_out_of_bounds_have_no_likelihood(size):
    value, gradient, curvature = paretonbd.curved(None, np.full(4, size))
    assert value == -np.inf
    assert gradient.tolist() == [0, 0, 0, 0]
    assert (curvature == -np.eye(4)).all()


def test_a_new_customer_buys_what_one_without_repeats_at_age_nought_does():
    params = np.array([0.55, 10.6, 0.6, 11.7])
    ahead = [4.0, 26.0, 52.0]
    r, alpha, s, beta = params
    t = np.array(ahead)
    # Schmittlein, Morrison and Colombo (1987), equation 17.
    exact = r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + t)) ** (s - 1))
    assert paretonbd.expected_new(ahead, params) == pytest.approx(exact, rel=1e-9)


def test_a_series_without_a_season_has_a_level_and_a_slope():
    months = 12
    n = np.full(months, 400.0)
    x = np.round(n * np.linspace(0.2, 0.4, months))
    noise = (Noise(0.1, 0.0, 0.0, 1.0),)
    link, sd = reference_curve(x, n, design(months, None), noise)
    rates = 1 / (1 + np.exp(-link))
    assert rates[0] == pytest.approx(0.2, abs=0.05)
    assert rates[-1] == pytest.approx(0.4, abs=0.05)
    assert (sd > 0).all()
    few, _ = reference_curve(x[:3], n[:3], design(3, None), noise)
    assert np.ptp(few) == 0  # three months have a level alone


def test_draws_of_no_groups_have_no_columns():
    draws, load = np.zeros((5, 1)), np.zeros((3, 1))
    one = np.ones(3)
    empty = (np.zeros(3, dtype=np.intp), 0)
    rng = np.random.default_rng(1)
    assert _moments(one / 2, one, (draws, load), empty, rng).shape == (5, 0)


def offsets(texts, gap=0):
    """Return texts one behind the other."""
    raw = [text.encode() for text in texts]
    data = np.frombuffer((b"|" * gap).join([*raw, b""]) + b" " * 8, dtype=np.uint8)
    places = np.concatenate([[0], np.cumsum([len(one) + gap for one in raw])])
    return OffsetTexts(data, places, gap)


def same_groups(codes, texts):
    """Whether codes tell the same texts apart as the texts themselves."""
    pairs = set(zip(codes.tolist(), texts, strict=True))
    return len(pairs) == len(set(texts)) == len(set(codes.tolist()))


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(encoding, "CHUNK", 64)
    monkeypatch.setattr(encoding, "SAMPLE", 32)


@pytest.mark.usefixtures("small_chunks")
class TestTextsWhoseFirstRowsMislead:
    def test_a_zero_byte_in_a_later_piece(self):
        texts = [f"customer-{i:06d}" for i in range(200)]
        assert encoding.text_codes(offsets([*texts, "cust\0mer-000"])) is None
        assert encoding.text_codes(offsets(texts)) is not None

    def test_a_beginning_that_changes_later(self):
        texts = [f"customer-{i:06d}" for i in range(100)] + [f"prospect-{i}" for i in range(100)]
        codes, rows, used = encoding.text_codes(offsets(texts))
        assert same_groups(codes, texts)
        assert used.sum() == 200
        assert [texts[rows[code]] for code in codes] == texts

    def test_one_id_at_first_and_many_later(self, monkeypatch):
        monkeypatch.setattr(encoding, "CHUNK", 1 << 14)
        texts = ["00000001"] * 70_000 + [f"{i:08d}" for i in range(900)]
        codes, _, _ = encoding.text_codes(offsets(texts))
        assert same_groups(codes, texts)


def views(texts, buffers):
    """Return texts of over twelve bytes as views: length, first bytes, buffer, offset."""
    data, rows = [b""] * buffers, []
    for k, text in enumerate(texts):
        raw, mine = text.encode(), k % buffers
        rows.append([len(raw), int.from_bytes(raw[:4], "little"), mine, len(data[mine])])
        data[mine] += raw
    pieces = [np.frombuffer(one + b" " * 8, dtype=np.uint8) for one in data]
    return ViewTexts(np.array(rows, dtype=np.int32).view(np.uint8).reshape(-1), pieces)


def test_views_into_two_buffers_and_a_zero_byte_in_one_of_them():
    texts = [f"customer-{i % 40:06d}" for i in range(120)]
    codes, _, _ = encoding.text_codes(views(texts, 2))
    assert same_groups(codes, texts)
    texts[7] = "customer\0000007"
    assert encoding.text_codes(views(texts, 2)) is None


def test_bytes_and_code_points_in_cells_of_one_size():
    texts = ["", "ann", " bo", "ann", "\tc"]
    raw = np.array([text.encode() for text in texts])
    wide = np.array(texts)
    as_bytes = FixedTexts(raw.view(np.uint8).reshape(len(texts), -1))
    as_points = FixedTexts(wide.view(np.uint32).reshape(len(texts), -1))
    rows = np.arange(len(texts))
    for one in (as_bytes, as_points):
        assert one.may_be_blank(rows)[1:].tolist() == [False, True, False, True]
        assert one.longest() == 3
        codes, _, _ = encoding.text_codes(one)
        assert same_groups(codes, texts)


def lines(text, columns):
    raw = np.frombuffer(text.encode() + b" " * 64, dtype=np.uint8)
    size = len(text.encode())
    found = split_lines(raw[:size], ord(","), columns)
    return [
        [raw[s : s + n].tobytes().decode() for s, n in zip(start, length, strict=True)]
        for start, length in zip(found.start.T, found.length.T, strict=True)
    ]


def test_no_text_has_no_rows():
    assert lines("", 3) == []
    assert lines("a,b,c\n1,2,3", 3) == [["a", "b", "c"], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("texts", "bare"),
    [
        ((" a", "b", " c"), ["a", "b", "c"]),  # spaces before only
        (("a ", "b\t ", "c"), ["a", "b", "c"]),  # behind only
        ((" a ", "  ", "c"), ["a", "", "c"]),
        (("a", "b", "c"), ["a", "b", "c"]),
        (("", "", ""), ["", "", ""]),
    ],
)
def test_spaces_around_cells_are_left_out(texts, bare):
    cells = piece(texts)
    found = stripped(cells)
    assert [found.raw(row).decode() for row in range(3)] == bare
    assert [cells.raw(row).decode() for row in range(3)] == list(texts)  # as it was


def piece(texts):
    raw = [text.encode() for text in texts]
    data = np.frombuffer(b"".join(raw) + b" " * 64, dtype=np.uint8)
    length = np.array([len(one) for one in raw], dtype=np.int32)
    return Cells(data, (np.cumsum(length) - length).astype(np.int32), length)


def test_cells_in_pieces_one_of_which_is_empty_have_one_number_each():
    parts = [[f"id-{i % 50}" for i in range(80)], [], [f"id-{i}" for i in range(60)]]
    pieces = Pieces([piece(part) for part in parts])
    texts = [text for part in parts for text in part]
    assert [here for _, here in pieces.spans(10, 70)] == [slice(10, 70)]
    assert [here for _, here in pieces.spans(70, 90)] == [slice(70, 80), slice(0, 10)]
    found = distinct_cells(pieces)
    assert same_groups(found.codes, texts)
    assert [texts[row] for row in found.rows] == list(dict.fromkeys(texts))
