-- One row a deal, a time per stage; what is not yet, is null.
select
    deal,
    interest::timestamp as interest,
    intent::timestamp as intent,
    negotiation::timestamp as negotiation,
    won::timestamp as won,
    closed::timestamp as closed,
    outcome,
    value,
    channel,
    owner
from {{ source('crm', 'deals') }}
