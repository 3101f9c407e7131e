"""Make deals.csv: 24 months of deals of a company that does not exist.

What is planted in them is told in ``salesfunnel/builtin/example_company.py``, which
``salesfunnel demo`` uses, too.

Run: python examples/company/make.py
"""

from __future__ import annotations

from pathlib import Path

from salesfunnel.builtin.example_company import company_csv


def main() -> None:
    """Write deals.csv beside this script."""
    path = Path(__file__).parent / "deals.csv"
    path.write_bytes(company_csv().encode())
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
