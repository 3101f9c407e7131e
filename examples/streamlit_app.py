"""An app: upload deals or a monthly sheet, see the answer, the pictures, and take the report along.

Run: pip install "salesfunnel[frames]" streamlit, then: streamlit run examples/streamlit_app.py
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

WORDS = {
    "en": ("Sales funnel", "Deals (CSV, Excel) or a monthly sheet", "Deals", "Sheet", "The file is",
           "Template", "Data up to", "Report", "Steps", "Rows to look at", "Example company"),
    "zh": ("销售漏斗", "商机表（CSV、Excel）或月度表", "商机", "月度表", "文件内容",
           "模板", "数据截至", "报告", "各环节", "需要核对的行", "示例公司"),
}  # fmt: skip
EXAMPLE = Path(__file__).parent / "company" / "deals.csv"
EXAMPLE_DAY = date(2026, 11, 20)


@st.cache_data(show_spinner=True, max_entries=20)
def analysis(content: bytes, kind: str, funnel: str, as_of: str, locale: Any) -> sf.Analysis:
    """Read a file and take all steps; the same file with the same options is read once."""
    definition = sf.template(funnel, locale=locale)
    data: Any = (
        sf.read_table(content, funnel=definition)
        if kind == "sheet"
        else sf.read_deals(content, funnel=definition, as_of=as_of)
    )
    return sf.analyze(data, locale=locale)


def main() -> None:
    """Draw the app; Streamlit runs it again at every change."""
    st.set_page_config(page_title="salesfunnel", layout="wide")
    locale: Any = st.sidebar.radio("Language · 语言", ("en", "zh"), horizontal=True)
    (title, upload, deals, sheet, kind_is, template, up_to, report, steps, rows, example) = WORDS[
        locale
    ]
    st.title(title)
    kinds = {"deals": deals, "sheet": sheet}
    kind = st.sidebar.radio(kind_is, tuple(kinds), format_func=kinds.__getitem__)
    names = [record.name for record in sf.templates()]
    funnel = st.sidebar.selectbox(template, names, index=names.index("b2b"))
    file = st.sidebar.file_uploader(upload, type=["csv", "tsv", "xlsx", "xls", "ods"])
    if file is None:
        st.caption(example)
        content, kind, day = EXAMPLE.read_bytes(), "deals", EXAMPLE_DAY
    else:
        content = file.getvalue()
        day = st.sidebar.date_input(up_to, value="today") if kind == "deals" else EXAMPLE_DAY
    try:
        found = analysis(content, kind, funnel, str(day), locale)
    except SalesFunnelError as error:
        st.error(str(error))
        st.stop()
    for chart_kind in ("trend", "funnel", "causes"):
        if chart_kind in found.charts:
            chart = found.chart(chart_kind, locale=locale)
            st.subheader(chart.title)
            st.vega_lite_chart(chart.to_vega())
    st.subheader(steps)
    st.dataframe(found.bottlenecks.columns())
    if found.faults:
        st.subheader(rows)
        st.dataframe([{"code": f.code, "row": f.row, "column": f.column} for f in found.faults])
    st.download_button(
        report, found.to_html(locale=locale), f"report_{found.period}.html", "text/html"
    )


main()
