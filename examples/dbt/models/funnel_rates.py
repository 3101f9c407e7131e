"""A model of dbt-duckdb: the rate of each step, month by month and channel by channel."""


def model(dbt, session):  # noqa: ARG001 - the signature that dbt calls
    """Return one row a month, channel and step, with a 95% interval."""
    import salesfunnel as sf

    dbt.config(materialized="table", packages=["salesfunnel[frames]"])
    deals = sf.read_deals(
        dbt.ref("stg_deals").df(), funnel="b2b", as_of=str(dbt.config.get("as_of"))
    )
    panel = deals.panel(by="month", mode="cohort", segment="channel")
    return sf.conversions(panel).to_frame("pandas")
