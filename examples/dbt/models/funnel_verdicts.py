"""A model of dbt-duckdb: which step fell in the last complete month, and how sure that is."""


def model(dbt, session):  # noqa: ARG001 - the signature that dbt calls
    """Return one row a step, the worst first."""
    import salesfunnel as sf

    dbt.config(materialized="table", packages=["salesfunnel[frames]"])
    deals = sf.read_deals(
        dbt.ref("stg_deals").df(), funnel="b2b", as_of=str(dbt.config.get("as_of"))
    )
    return sf.find_bottlenecks(deals).to_frame("pandas")
