"""Field names and codes of CRM interfaces, and the orders of the stages they ship with.

Sources: the public references of the vendors, see ``docs/guide/deals.md``.
"""

from __future__ import annotations

HEADERS = {
    "deal": (
        "hs object id|opportunityid|business id|business opp number|serial number|dealid|deal key"
        "|objectid|opportunity guid|opportunity number c|do not modify opportunity"
    ),
    "name": "dealname|opportunityname|business name|potential name|opp name|title",
    "stage": (
        "dealstage|stagename|stepname|salesstage|sale stage id|stage mapped|deal pipeline stage id"
        "|oppo stage id|currentstage|sales stage r|sales stage|property dealstage|status label"
        "|status name|process stage|active stage|stageid|phase id|deal deal stage name|sales stage c|salestage"
    ),
    "status": (
        "statecode|stage semantic id|is end|won status|status type|sales status r|sales status"
        "|stage semantics|semantic|deal status type|biz status|sales stg status"
    ),
    "reason_status": "statuscode",
    "value": (
        "opportunity|estimatedvalue|actualvalue|planned revenue|money|expect amount|winning amount"
        "|property amount|deal amount|expect money|amount in home currency|base currency amount"
        "|fcast money|except amount|value amount|hs tcv"
    ),
    "currency": "currencyisocode|deal currency code|currency id|value currency|transactioncurrencyid|currency code",
    "probability": "closeprobability|hs deal stage probability|deal probability|winrate|win rate|sign possibility|rate",
    "pipeline": "category id|deal pipeline id|sales process id|stage group id|type id|pipeline id|sales process id r|stage group name|cate id",
    "created": (
        "createdate|createddate|createdon|hs createdate|add time|date create|create time|createtime"
        "|created time|createdtime|begindate|get time|property createdate|create date time|datecreate"
        "|erdat|created on utc"
    ),
    "closed": (
        "closedate|actualclosedate|date closed|closed date|close time|end time|endtime"
        "|deal closed date|property closedate|actual close time|completedon|closed time"
    ),
    "won_at": "won time|date won|winning date|won date",
    "lost_at": "lost time|date lost|lost date",
    "expected": (
        "estimatedclosedate|expected close date|expect date|except date|expect sign date|date deadline"
        "|expected time|deal date|account date|expected deal closed date|closing date expected"
        "|planned close date|expected close"
    ),
    "since": (
        "stage change time|stg changed time|sales stg changed time|stage updated time|stage updated at"
        "|phase time|stage update time|date last stage update|stageupdatedat|stage modified time"
        "|laststagechangedate|activestagestartedon|moved time|movedtime|last stage change date"
        "|hs v2 date entered current stage"
    ),
    "is_won": "iswon|hs is closed won|is closed won|isclosedwon",
    "is_lost": "hs is closed lost",
    "is_closed": "isclosed|hs is closed|closed|is closed",
    "stage_order": "stage order nr|stage order|stage sequence|stage display order|stage sort order|阶段顺序|阶段序号",
    "deleted": "isdeleted|is deleted|fivetran deleted|deleted",
    "archived": "active",
    "field": "field key|changed field key|field|propertyname|logicalname|field id|field desc|field name",
    "new": "newvalue|new value|new value char|new stage id|new status label|new value formatted",
    "old": "oldvalue|old value|old value char|old stage id|old status label|old value formatted",
    "reason": "closed lost reason|lost reason id|lost reason|fail reason|fail remark|lossreason c|fail type",
    "owner": "hubspot owner id|ownerid|owner id|user id|owner user id|assigned by id|assigned to id",
    "category": "forecastcategory|forecastcategoryname|hs manual forecast category|hs forecast category",
}
NO_STAGE = "salesstagecode|hs deal stage probability|num stages|time in stage|days in stage|stage duration|stage history"
"""Headers that look like a stage and are none."""
CODES = {
    "statecode": {"0": 0, "1": 1, "2": 2},
    "statuscode": {"1": 0, "2": 0, "3": 1, "4": 2, "5": 2},
    "stage semantic id": {"p": 0, "s": 1, "f": 2},
    "stage semantics": {"p": 0, "s": 1, "f": 2},
    "is end": {"0": 0, "1": 1, "2": 2, "3": 2},
    "won status": {"pending": 0, "won": 1, "lost": 2},
}
"""What coded outcomes mean, by the folded header."""
OUTCOME_IDS = {
    "closedwon": 1, "closedlost": 2, "won": 1, "lose": 2, "apology": 2, "lost": 2, "s": 1, "f": 2,
}  # fmt: skip
ORDERS = (
    ("HubSpot", "appointment scheduled|qualified to buy|presentation scheduled"
     "|decision maker bought in|contract sent|closed won"),
    ("HubSpot", "appointmentscheduled|qualifiedtobuy|presentationscheduled|decisionmakerboughtin"
     "|contractsent|closedwon"),
    ("Salesforce", "prospecting|qualification|needs analysis|value proposition|id. decision makers"
     "|perception analysis|proposal/price quote|negotiation/review|closed won"),
    ("Pipedrive", "qualified|contact made|demo scheduled|proposal made|negotiations started"),
    ("Pipedrive", "lead in|contact made|needs defined|demo scheduled|proposal made|negotiations started"),
    ("Pipedrive", "calificado|contacto hecho|demostración programada|propuesta hecha|negociaciones iniciadas"),
    ("Pipedrive", "qualifiziert|kontakt hergestellt|demo geplant|angebot gemacht|verhandlungen begonnen"),
    ("Pipedrive", "qualificado|contato feito|demonstração agendada|proposta feita|negociações iniciadas"),
    ("Pipedrive", "qualifié|contact établi|démo planifiée|proposition faite|négociations en cours"),
    ("Dynamics 365", "qualify|develop|propose|close"),
    ("Zoho CRM", "qualification|needs analysis|value proposition|identify decision makers|id. decision makers"
     "|proposal/price quote|negotiation/review|closed won"),
    ("Bitrix24", "new|preparation|prepayment invoice|executing|final invoice|won"),
    ("Odoo", "new|qualified|proposition|won"),
    ("Close", "demo completed|proposal sent|contract sent|won"),
    ("Freshsales", "new|qualification|discovery|demo|negotiation|won"),
    ("Maven", "prospecting|engaging|won"),
    ("悟空CRM", "验证客户|需求分析|方案/报价|谈判审核|赢单"),
    ("纷享销客", "验证客户|需求确定|方案/报价|谈判审核|赢单"),
    ("销售易", "初步接洽|需求确定|方案报价|谈判审核|赢单"),
    ("amoCRM", "неразобранное|первичный контакт|переговоры|принимают решение|согласование договора"
     "|успешно реализовано"),
)  # fmt: skip
"""The stages that CRMs ship with, folded, in their order."""
PREFIXES = (
    "deal|opportunity|opp|trato|negocio|negócio|geschäft|affaire|transaction|сделка|交易|商机|lead"
    "|oportunidad|oportunidade|opportunité|verkaufschance|property|crm|sales|current|hs|项目|机会"
    "|销售机会|当前|deals|opportunities|properties|salesforce|hubspot|pipedrive"
)
"""What may stand before a header and adds nothing to its meaning."""
OTHERS = (
    "organization|organisation|person|company|contact|account|product|lead|activity|campaign"
    "|organización|persona|empresa|organização|pessoa|kontakt|unternehmen|organisation|personne"
    "|entreprise|contacto|contato|客户|联系人|产品|организация|компания|контакт|user|owner|customer"
    "|associated company|primary"
)
"""What stands before a header that tells of something else than the deal."""
WEAK = (
    "id|nr|no|no.|nº|n°|№|numero|número|nummer|номер|код|code|código|编号|序号|reference|référence"
    "|referencia|referência|key|record|deal|opportunity|商机|opportunité|oportunidad|trato|сделка"
    "|name|nom|nombre|nome|название|名称|title|titel|titre|título|state|state|estado|état|состояние"
    "|category|rate|total|价值|price|preis|precio|preço|prix|цена|budget|revenue|start|start date"
    "|end date|start time|end time|received|added|registered|decision date|date|datum|fecha|data|дата"
    "|日期|时间|folio|phase|process|case id|lead id|last stage|latest stage|type id|category id"
    "|annual revenue|expected revenue|estimated revenue|est revenue|est. revenue|forecast amount"
)
"""Headers that mean a role only where no better one stands beside them."""
STRONG_TIMES = (
    "time|changed at|change date|change time|changed on|date changed|moved at|moved on|date of change"
    "|transition date|transition time|change timestamp|变更时间|变更日期|阶段变更日期|推进时间|变动时间"
    "|änderungszeitpunkt|wechseldatum|fecha de cambio|fecha del cambio|date du changement"
    "|data da mudança|дата изменения этапа|дата перехода|дата смены этапа|horodatage"
)
"""Headers that can only be the time of a change."""
HISTORY_TABLES = ({"owner id", "stage id", "created time", "type id"},)
"""Headers of tables of changes in which a column called "owner" is the deal."""
