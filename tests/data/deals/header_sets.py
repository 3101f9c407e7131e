"""Header sets of deal exports, each with a few rows of ours and what they say.

Every entry: name, where the headers are from, the table, and the deals won, lost and open in it.
The sources are public; the rows are made up. ``stages`` holds how many deals reached each stage at
least, where the table tells it exactly.
"""

from __future__ import annotations

from typing import Any

SETS: list[dict[str, Any]] = []


def _set(name: str, source: str, text: str, counts: tuple[int, int, int], **more: Any) -> None:
    SETS.append({"name": name, "source": source, "text": text.strip() + "\n", "counts": counts, **more})


HUBSPOT = "knowledge.hubspot.com: export your records; airbytehq/airbyte source-hubspot/schemas/deals.json"
SALESFORCE = "developer.salesforce.com: Opportunity; fivetran/dbt_salesforce_source"
PIPEDRIVE = "pipedrive/client-nodejs; airbytehq/airbyte source-pipedrive/schemas/deals.json"
DYNAMICS = "learn.microsoft.com: opportunity entity"
ZOHO = "zoho.com/crm/developer: Deals; help.zoho.com Kaizen 107"
BITRIX = "bitrix24/b24restdocs crm-deal-fields.md"

_set("hubspot labels", HUBSPOT, '''
Record ID,Deal Name,Deal Stage,Pipeline,Amount,Deal owner,Create Date,Close Date,Last Activity Date
1,A,Closed Won,Sales Pipeline,2500,O1,2025-01-06 09:12,2025-02-20 10:00,2025-02-20 10:00
2,B,Closed Lost,Sales Pipeline,900,O2,2025-01-08 11:30,2025-03-01 12:00,2025-03-01 12:00
3,C,Qualified To Buy,Sales Pipeline,1200,O1,2025-02-03 15:00,2025-06-30 12:00,2025-03-20 09:00
4,D,Contract Sent,Sales Pipeline,,O1,2025-02-04 15:00,,2025-03-21 09:00
''', (1, 1, 2))
_set("hubspot internal names", HUBSPOT, '''
hs_object_id,dealname,dealstage,pipeline,amount,createdate,closedate,hubspot_owner_id,notes_last_updated
1,A,closedwon,default,2500,2025-01-06T09:12:00Z,2025-02-20T10:00:00Z,7,2025-02-20T10:00:00Z
2,B,closedlost,default,900,2025-01-08T11:30:00Z,2025-03-01T12:00:00Z,7,2025-03-01T12:00:00Z
3,C,presentationscheduled,default,1200,2025-02-03T15:00:00Z,2025-06-30T12:00:00Z,8,2025-03-20T09:00:00Z
''', (1, 1, 1))
_set("hubspot flags", HUBSPOT, '''
Record ID,Deal Name,dealstage,hs_is_closed,hs_is_closed_won,createdate,closedate,amount
1,A,112233,true,true,2025-01-06,2025-02-20,100
2,B,112244,true,false,2025-01-07,2025-02-21,100
3,C,112255,false,false,2025-01-08,2025-09-21,100
4,D,112266,false,false,2025-01-09,,100
''', (1, 1, 2))
_set("hubspot date entered", HUBSPOT, '''
Record ID,Deal Stage,Create Date,Close Date,"Date entered ""Appointment Scheduled (Sales Pipeline)""","Date entered ""Contract Sent (Sales Pipeline)""","Date entered ""Closed Won (Sales Pipeline)""","Date entered ""Closed Lost (Sales Pipeline)""","Date exited ""Appointment Scheduled (Sales Pipeline)"""
1,Closed Won,2025-01-06,2025-02-20,2025-01-06,2025-02-01,2025-02-20,,2025-02-01
2,Closed Lost,2025-01-07,2025-03-20,2025-01-07,2025-02-11,,2025-03-20,2025-02-11
3,Contract Sent,2025-01-08,2025-09-30,2025-01-08,2025-02-21,,,2025-02-21
''', (1, 1, 1), reached=[2, 1, 1])
_set("hubspot german", HUBSPOT, '''
Datensatz-ID,Deal-Name,Deal-Phase,Betrag,Für Deal zuständiger Mitarbeiter,Erstellungsdatum,Abschlussdatum,Letztes Aktivitätsdatum
1,A,Abgeschlossen und gewonnen,2500,O1,06.01.2025,20.02.2025,20.02.2025
2,B,Abgeschlossen und verloren,900,O2,08.01.2025,01.03.2025,01.03.2025
3,C,Vertrag gesendet,1200,O1,03.02.2025,30.06.2025,20.03.2025
''', (1, 1, 1))
_set("hubspot spanish", HUBSPOT, '''
ID de registro,Nombre del negocio,Etapa del negocio,Importe,Propietario del negocio,Fecha de creación,Fecha de cierre,Fecha de la última actividad
1,A,Cierre ganado,2500,O1,06/01/2025,20/02/2025,20/02/2025
2,B,Cierre perdido,900,O2,08/01/2025,01/03/2025,01/03/2025
3,C,Contrato enviado,1200,O1,03/02/2025,30/06/2025,20/03/2025
''', (1, 1, 1))
_set("hubspot french", HUBSPOT, '''
ID de fiche d'informations,Nom de la transaction,Phase de la transaction,Montant,Propriétaire de la transaction,Date de création,Date de fermeture,Date de la dernière activité
1,A,Fermée gagnée,2500,O1,06/01/2025,20/02/2025,20/02/2025
2,B,Fermée perdue,900,O2,08/01/2025,01/03/2025,01/03/2025
3,C,Contrat envoyé,1200,O1,03/02/2025,30/06/2025,20/03/2025
''', (1, 1, 1))
_set("hubspot portuguese", HUBSPOT, '''
ID do registro,Nome do negócio,Etapa do negócio,Valor,Proprietário do negócio,Data de criação,Data de fechamento,Data da última atividade
1,A,Negócio fechado,2500,O1,06/01/2025,20/02/2025,20/02/2025
2,B,Negócio perdido,900,O2,08/01/2025,01/03/2025,01/03/2025
3,C,Contrato enviado,1200,O1,03/02/2025,30/06/2025,20/03/2025
''', (1, 1, 1))
_set("salesforce list", SALESFORCE, '''
Opportunity ID,Opportunity Name,Stage,Amount,Close Date,Created Date,Lead Source
O1,A,Closed Won,180000,2026-01-15,2025-10-12,Web
O2,B,Closed Won,210000,2026-02-08,2025-11-03,Web
O3,C,Closed Lost,130000,2026-03-05,2025-12-01,Partner
O4,D,Negotiation/Review,175000,2026-05-28,2026-01-10,Web
''', (2, 1, 1))
_set("salesforce api names", SALESFORCE, '''
Id,Name,AccountId,StageName,Amount,Probability,CloseDate,CreatedDate,IsClosed,IsWon,OwnerId,LastModifiedDate,CurrencyIsoCode
006A,A,001,Signed Up,180,100,2026-01-15,2025-10-12T08:00:00.000+0000,true,true,005,2026-01-15T08:00:00.000+0000,USD
006B,B,001,Gone Cold,180,0,2026-02-15,2025-10-13T08:00:00.000+0000,true,false,005,2026-02-15T08:00:00.000+0000,USD
006C,C,001,Proposal,180,60,2026-08-15,2025-10-14T08:00:00.000+0000,false,false,005,2026-02-20T08:00:00.000+0000,EUR
006D,D,001,Prospecting,180,10,2026-09-15,2025-10-15T08:00:00.000+0000,false,false,005,2026-02-21T08:00:00.000+0000,USD
''', (1, 1, 2))
_set("salesforce report without id", SALESFORCE, '''
Opportunity Owner,Account Name,Opportunity Name,Stage,Fiscal Period,Amount,Expected Revenue,Probability (%),Age,Close Date,Created Date,Next Step,Lead Source,Type
Ann,Acme,Acme 1,Closed Won,Q1-2026,"$1,200.00","$1,200.00",100%,30,2/15/2026,1/16/2026,,Web,New
Ann,Acme,Acme 2,Closed Lost,Q1-2026,"$900.00",$0.00,0%,20,2/20/2026,1/31/2026,,Web,New
Bob,Beta,Beta 1,Proposal/Price Quote,Q2-2026,"$5,000.00","$3,750.00",75%,40,6/1/2026,1/25/2026,call,Web,New
Bob,Beta,Beta 1,Qualification,Q2-2026,"$5,000.00",$500.00,10%,40,6/1/2026,1/26/2026,call,Web,New

Grand Totals (4 records)
Confidential Information - Do Not Distribute
"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
''', (1, 1, 2))
_set("salesforce fivetran", SALESFORCE, '''
id,name,account_id,amount,close_date,created_date,stage_name,probability,is_closed,is_won,is_deleted,lead_source,last_activity_date
1,A,x,100,2026-01-15,2025-10-12 08:00:00,Closed Won,100,TRUE,TRUE,FALSE,Web,2026-01-14
2,B,x,100,2026-02-15,2025-10-13 08:00:00,Closed Lost,0,TRUE,FALSE,FALSE,Web,2026-02-14
3,C,x,100,2026-07-15,2025-10-14 08:00:00,Negotiation,60,FALSE,FALSE,FALSE,Web,2026-02-20
4,D,x,100,2026-07-15,2025-10-14 08:00:00,Negotiation,60,FALSE,FALSE,TRUE,Web,2026-02-20
''', (1, 1, 1))
_set("salesforce history", SALESFORCE, '''
Id,OpportunityId,StageName,Amount,Probability,CloseDate,CreatedDate,CreatedById
h1,O1,Prospecting,100,10,2026-03-01,2026-01-01T08:00:00.000Z,u
h2,O1,Prospecting,150,10,2026-03-01,2026-01-05T08:00:00.000Z,u
h3,O1,Closed Won,150,100,2026-02-01,2026-02-01T08:00:00.000Z,u
h4,O2,Prospecting,100,10,2026-03-01,2026-01-02T08:00:00.000Z,u
h5,O2,Closed Lost,100,0,2026-02-03,2026-02-03T08:00:00.000Z,u
h6,O3,Prospecting,100,10,2026-03-01,2026-01-03T08:00:00.000Z,u
h7,O3,Negotiation/Review,100,10,2026-03-01,2026-02-04T08:00:00.000Z,u
''', (1, 1, 1))
_set("salesforce field history", SALESFORCE, '''
OpportunityId,Field,OldValue,NewValue,CreatedDate,CreatedById
O1,created,,,2026-01-01T08:00:00Z,u
O1,StageName,Prospecting,Qualification,2026-01-03T08:00:00Z,u
O1,Amount,100,200,2026-01-04T08:00:00Z,u
O1,StageName,Qualification,Closed Won,2026-02-01T08:00:00Z,u
O2,StageName,Prospecting,Closed Lost,2026-02-03T08:00:00Z,u
O3,StageName,Prospecting,Qualification,2026-02-04T08:00:00Z,u
''', (1, 1, 1))
_set("pipedrive list", PIPEDRIVE, '''
Deal - ID,Deal - Title,Deal - Stage,Deal - Status,Deal - Value,Deal - Owner,Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Last stage change,Organization - Name,Person - Name
1,A,Proposal Made,Won,1000,O1,2026-01-05 08:00:00,2026-02-01 08:00:00,,2026-01-20 08:00:00,Acme,Ann
2,B,Qualified,Open,2000,O2,2026-01-07 08:00:00,,,2026-01-07 08:00:00,Acme,Ann
3,C,Contact Made,Lost,500,O1,2026-01-09 08:00:00,,2026-01-30 08:00:00,2026-01-15 08:00:00,Acme,Ann
''', (1, 1, 1), reached=[3, 0, 1])
_set("pipedrive list, expected", PIPEDRIVE, '''
Deal - Title,Deal - Value,Deal - Currency,Deal - Stage,Deal - Pipeline,Deal - Status,Deal - Expected close date,Deal - Deal closed on,Deal - Deal created,Deal - Lost reason,Deal - Next activity date
A,1000,EUR,Negotiations Started,Sales,Won,2026-02-10,2026-02-01,2026-01-05,,
B,2000,EUR,Qualified,Sales,Open,2026-09-01,,2026-01-06,,2026-03-04
C,500,EUR,Contact Made,Sales,Lost,2026-03-01,2026-02-03,2026-01-07,Price,
''', (1, 1, 1))
_set("pipedrive spanish", PIPEDRIVE, '''
Trato - ID,Trato - Título,Trato - Etapa,Trato - Estado,Trato - Valor,Trato - Moneda,Trato - Trato creado,Trato - Hora de ganado,Trato - Hora de pérdida,Trato - Último cambio de etapa
1,A,Propuesta hecha,Ganado,1000,EUR,2026-01-05 08:00,2026-02-01 08:00,,2026-01-20 08:00
2,B,Calificado,Abierto,2000,EUR,2026-01-07 08:00,,,2026-01-07 08:00
3,C,Contacto hecho,Perdido,500,EUR,2026-01-09 08:00,,2026-01-30 08:00,2026-01-15 08:00
''', (1, 1, 1), reached=[3, 0, 1])
_set("pipedrive german", PIPEDRIVE, '''
Deal - ID,Deal - Titel,Deal - Phase,Deal - Status,Deal - Wert,Deal - Währung,Deal - Deal erstellt,Deal - Gewonnen um,Deal - Verloren um,Deal - Letzte Phasenänderung
1,A,Angebot gemacht,Gewonnen,1000,EUR,2026-01-05 08:00,2026-02-01 08:00,,2026-01-20 08:00
2,B,Qualifiziert,Offen,2000,EUR,2026-01-07 08:00,,,2026-01-07 08:00
3,C,Kontakt hergestellt,Verloren,500,EUR,2026-01-09 08:00,,2026-01-30 08:00,2026-01-15 08:00
''', (1, 1, 1))
_set("pipedrive portuguese", PIPEDRIVE, '''
Negócio - ID,Negócio - Título,Negócio - Etapa,Negócio - Status,Negócio - Valor,Negócio - Negócio criado em,Negócio - Ganho em,Negócio - Data de perda,Negócio - Última mudança de etapa
1,A,Proposta feita,Ganho,1000,2026-01-05 08:00,2026-02-01 08:00,,2026-01-20 08:00
2,B,Qualificado,Aberto,2000,2026-01-07 08:00,,,2026-01-07 08:00
3,C,Contato feito,Perdido,500,2026-01-09 08:00,,2026-01-30 08:00,2026-01-15 08:00
''', (1, 1, 1))
_set("pipedrive french", PIPEDRIVE, '''
Affaire - ID,Affaire - Titre,Affaire - Étape,Affaire - Statut,Affaire - Valeur,Affaire - Affaire créée,Affaire - Date de gain,Affaire - Date de perte,Affaire - Dernier changement d'étape
1,A,Proposition faite,Gagné,1000,2026-01-05 08:00,2026-02-01 08:00,,2026-01-20 08:00
2,B,Qualifié,Ouvert,2000,2026-01-07 08:00,,,2026-01-07 08:00
3,C,Contact établi,Perdu,500,2026-01-09 08:00,,2026-01-30 08:00,2026-01-15 08:00
''', (1, 1, 1))
_set("pipedrive russian", PIPEDRIVE, '''
Сделка - ID,Сделка - Название,Сделка - Этап,Сделка - Статус,Сделка - Сумма,Сделка - Дата создания,Сделка - Дата выигрыша,Сделка - Дата проигрыша,Сделка - Последнее изменение этапа
1,A,Предложение сделано,Выиграна,1000,05.01.2026,01.02.2026,,20.01.2026
2,B,Квалификация,Открыта,2000,07.01.2026,,,07.01.2026
3,C,Контакт установлен,Проиграна,500,09.01.2026,,30.01.2026,15.01.2026
''', (1, 1, 1))
_set("pipedrive api v1", PIPEDRIVE, '''
id,title,value,currency,add_time,update_time,stage_change_time,status,won_time,first_won_time,lost_time,close_time,lost_reason,expected_close_date,stage_id,stage_order_nr,pipeline_id,owner_name,active,deleted,next_activity_date,last_activity_date
1,A,100,EUR,2026-01-05 08:00:00,2026-02-01 08:00:00,2026-01-20 08:00:00,won,2026-02-01 08:00:00,2026-02-01 08:00:00,,2026-02-01 08:00:00,,2026-03-01,3,3,1,Ann,false,false,,2026-01-31
2,B,200,EUR,2026-01-07 08:00:00,2026-01-08 08:00:00,,open,,,,,,2026-12-01,1,1,1,Ann,true,false,2026-03-01,2026-01-07
3,C,300,EUR,2026-01-09 08:00:00,2026-01-30 08:00:00,2026-01-15 08:00:00,lost,,,2026-01-30 08:00:00,2026-01-30 08:00:00,price,2026-02-01,2,2,1,Bob,false,false,,2026-01-29
4,D,300,EUR,2026-01-09 08:00:00,2026-01-30 08:00:00,,deleted,,,,,,,2,2,1,Bob,false,true,,
''', (1, 1, 1))
_set("pipedrive warehouse log", "fields.md row 07: deal_id, change_time, changed_field_key, new_value", '''
deal_id,change_time,changed_field_key,new_value
1,2026-01-05 08:00:00,stage,Qualified
1,2026-01-15 08:00:00,value,500
1,2026-01-20 08:00:00,stage,Proposal Made
1,2026-02-01 08:00:00,stage,Won
2,2026-01-06 08:00:00,stage,Qualified
2,2026-02-02 08:00:00,stage,Lost
3,2026-01-07 08:00:00,stage,Qualified
''', (1, 1, 1))
_set("odoo list", "odoo/odoo addons/crm", '''
Opportunity,Contact Name,Email,Salesperson,Stage,Expected Revenue,Probability,Created on,Expected Closing,Closed Date,Active,Lost Reason
A,Ann,a@x,Mitch,Won,900,100,2026-01-05 08:00:00,2026-02-05,2026-02-01 08:00:00,True,
B,Ann,a@x,Mitch,Proposition,900,0,2026-01-06 08:00:00,2026-02-06,2026-02-03 08:00:00,False,Too expensive
C,Ann,a@x,Mitch,Qualified,900,30,2026-01-07 08:00:00,2026-08-06,,True,
''', (1, 1, 1))
_set("odoo api", "odoo/odoo addons/crm/models/crm_lead.py", '''
id,name,type,stage_id,team_id,expected_revenue,probability,create_date,date_open,date_closed,date_deadline,date_last_stage_update,active,won_status
1,A,opportunity,Won,Sales,900,100,2026-01-05 08:00:00,2026-01-05 09:00:00,2026-02-01 08:00:00,2026-02-05,2026-02-01 08:00:00,True,won
2,B,opportunity,Proposition,Sales,900,0,2026-01-06 08:00:00,2026-01-06 09:00:00,2026-02-03 08:00:00,2026-02-06,2026-01-20 08:00:00,False,lost
3,C,opportunity,Qualified,Sales,900,30,2026-01-07 08:00:00,2026-01-07 09:00:00,,2026-08-06,2026-01-21 08:00:00,True,pending
''', (1, 1, 1), reached=[2, 1, 0])
_set("dynamics labels", DYNAMICS, '''
(Do Not Modify) Opportunity,Topic,Potential Customer,Est. Close Date,Est. Revenue,Actual Close Date,Actual Revenue,Status,Status Reason,Pipeline Phase,Created On,Modified On
g1,A,Acme,2/10/2026,1000,2/1/2026,1100,Won,Won,4-Close,1/5/2026 8:00 AM,2/1/2026 8:00 AM
g2,B,Acme,3/10/2026,1000,2/13/2026,0,Lost,Canceled,2-Develop,1/16/2026 8:00 AM,2/13/2026 8:00 AM
g3,C,Acme,9/10/2026,1000,,,Open,In Progress,1-Qualify,1/17/2026 8:00 AM,2/14/2026 8:00 AM
''', (1, 1, 1), reached=[3, 1, 0])
_set("dynamics api", DYNAMICS, '''
opportunityid,name,stepname,salesstagecode,estimatedvalue,actualvalue,estimatedclosedate,actualclosedate,closeprobability,statecode,statuscode,createdon,modifiedon
g1,A,4-Close,1,1000,1100,2026-02-10,2026-02-01,100,1,3,2026-01-05T08:00:00Z,2026-02-01T08:00:00Z
g2,B,2-Develop,1,1000,0,2026-03-10,2026-02-13,0,2,4,2026-01-16T08:00:00Z,2026-02-13T08:00:00Z
g3,C,1-Qualify,1,1000,,2026-09-10,,20,0,1,2026-01-17T08:00:00Z,2026-02-14T08:00:00Z
''', (1, 1, 1), reached=[3, 1, 0])
_set("zoho labels", ZOHO, '''
Record Id,Deal Owner,Deal Name,Account Name,Closing Date,Stage,Amount,Probability,Created Time,Modified Time,Last Activity Time,Lead Conversion Time
z1,Ann,A,Acme,2026-02-01,Closed Won,900,100,2026-01-05 08:00:00,2026-02-01 08:00:00,2026-02-01 08:00:00,
z2,Ann,B,Acme,2026-02-13,Closed Lost to Competition,900,0,2026-01-06 08:00:00,2026-02-13 08:00:00,2026-02-13 08:00:00,
z3,Ann,C,Acme,2026-08-01,Needs Analysis,900,20,2026-01-07 08:00:00,2026-02-14 08:00:00,2026-02-14 08:00:00,
''', (1, 1, 1))
_set("zoho api", ZOHO, '''
id,Deal_Name,Stage,Amount,Closing_Date,Expected_Revenue,Probability,Created_Time,Modified_Time,Stage_Modified_Time,Last_Activity_Time
1,A,Closed Won,900,2026-02-01,900,100,2026-01-05T08:00:00+01:00,2026-02-01T08:00:00+01:00,2026-02-01T08:00:00+01:00,2026-02-01T08:00:00+01:00
2,B,Closed Lost,900,2026-02-13,0,0,2026-01-06T08:00:00+01:00,2026-02-13T08:00:00+01:00,2026-02-13T08:00:00+01:00,2026-02-13T08:00:00+01:00
3,C,Qualification,900,2026-08-01,90,10,2026-01-07T08:00:00+01:00,2026-02-14T08:00:00+01:00,2026-01-07T08:00:00+01:00,2026-02-14T08:00:00+01:00
''', (1, 1, 1))
_set("close", "developer.close.com: opportunities", '''
id,lead_id,status_id,status_label,status_type,value,value_currency,confidence,date_created,date_won,date_lost,note
1,l1,s3,Won,won,90000,USD,100,2026-01-05T08:00:00+00:00,2026-02-01,,
2,l1,s4,Lost,lost,90000,USD,0,2026-01-06T08:00:00+00:00,,2026-02-13T08:00:00+00:00,
3,l1,s1,Proposal Sent,active,90000,USD,50,2026-01-07T08:00:00+00:00,,,
''', (1, 1, 1))
_set("freshsales", "developers.freshworks.com/crm/api: deals", '''
id,name,amount,base_currency_amount,expected_close,closed_date,stage_updated_time,probability,created_at,updated_at,deal_pipeline_id,deal_stage_id,deal_stage_name,age
1,A,900,900,2026-02-05,2026-02-01,2026-02-01T08:00:00Z,100,2026-01-05T08:00:00Z,2026-02-01T08:00:00Z,7,70,Won,27
2,B,900,900,2026-02-15,2026-02-13,2026-02-13T08:00:00Z,0,2026-01-06T08:00:00Z,2026-02-13T08:00:00Z,7,71,Lost,38
3,C,900,900,2026-08-05,,2026-01-20T08:00:00Z,40,2026-01-07T08:00:00Z,2026-02-14T08:00:00Z,7,72,Demo,30
''', (1, 1, 1))
_set("bitrix24", BITRIX, '''
ID,TITLE,TYPE_ID,CATEGORY_ID,STAGE_ID,STAGE_SEMANTIC_ID,PROBABILITY,CURRENCY_ID,OPPORTUNITY,BEGINDATE,CLOSEDATE,CLOSED,ASSIGNED_BY_ID,DATE_CREATE,DATE_MODIFY,MOVED_TIME
1,A,SALE,0,WON,S,,RUB,900.00,2026-01-05,2026-02-01,Y,1,2026-01-05T08:00:00+03:00,2026-02-01T08:00:00+03:00,2026-02-01T08:00:00+03:00
2,B,SALE,0,LOSE,F,,RUB,900.00,2026-01-06,2026-02-13,Y,1,2026-01-06T08:00:00+03:00,2026-02-13T08:00:00+03:00,2026-02-13T08:00:00+03:00
3,C,SALE,0,PREPARATION,P,,RUB,900.00,2026-01-07,2026-08-01,N,1,2026-01-07T08:00:00+03:00,2026-02-14T08:00:00+03:00,2026-01-20T08:00:00+03:00
''', (1, 1, 1))
_set("bitrix24 russian", BITRIX, '''
ID;Название сделки;Стадия сделки;Сумма;Валюта;Ответственный;Дата создания;Предполагаемая дата закрытия;Дата изменения
1;A;Сделка успешна;900,00;Рубль;Иванов;05.01.2026 08:00:00;01.02.2026;01.02.2026 08:00:00
2;B;Сделка провалена;900,00;Рубль;Иванов;06.01.2026 08:00:00;13.02.2026;13.02.2026 08:00:00
3;C;Подготовка документов;900,00;Рубль;Иванов;07.01.2026 08:00:00;01.08.2026;14.02.2026 08:00:00
''', (1, 1, 1))
_set("bitrix24 stage history", BITRIX, '''
ID,TYPE_ID,OWNER_ID,CREATED_TIME,CATEGORY_ID,STAGE_SEMANTIC_ID,STAGE_ID
1,1,11,2026-01-05T08:00:00+03:00,0,P,NEW
2,2,11,2026-01-15T08:00:00+03:00,0,P,EXECUTING
3,3,11,2026-02-01T08:00:00+03:00,0,S,WON
4,1,12,2026-01-06T08:00:00+03:00,0,P,NEW
5,3,12,2026-02-02T08:00:00+03:00,0,F,LOSE
6,1,13,2026-01-07T08:00:00+03:00,0,P,NEW
''', (1, 1, 1))
_set("amocrm", "amocrm.ru export of deals", '''
ID,Название сделки,Бюджет,Ответственный,Этап сделки,Воронка,Дата создания,Дата закрытия,Дата редактирования
1,A,900,Иванов,Успешно реализовано,Продажи,05.01.2026 08:00:00,01.02.2026 08:00:00,01.02.2026 08:00:00
2,B,900,Иванов,Закрыто и не реализовано,Продажи,06.01.2026 08:00:00,13.02.2026 08:00:00,13.02.2026 08:00:00
3,C,900,Иванов,Переговоры,Продажи,07.01.2026 08:00:00,,14.02.2026 08:00:00
''', (1, 1, 1))
_set("monday", "Abishekrz/skylark-bi-agent column_mapping.py", '''
Deals pipeline,,,,,
,,,,,
Name,Stage,Deal Value,Owner,Expected Close Date,Created
A,Won,900,Ann,2026-02-01,2026-01-05
B,Lost,900,Ann,2026-02-13,2026-01-06
C,Negotiation,900,Ann,2026-08-01,2026-01-07
''', (1, 1, 1))
_set("zh list", "fields.md 7: list exports", '''
商机编号,商机名称,客户名称,销售阶段,预计成交金额,负责人,创建时间,预计成交日期,实际成交日期,输单原因
SJ1,甲,客户甲,赢单,9万,张三,2026/1/5,2026/2/5,2026/2/1,
SJ2,乙,客户乙,输单,9万,张三,2026/1/6,2026/2/6,2026/2/13,价格
SJ3,丙,客户丙,方案报价,9万,李四,2026/1/7,2026/8/1,,
SJ4,丁,客户丁,需求确认,9万,李四,2026/1/8,2026/9/1,,
''', (1, 1, 2))
_set("fxiaoke", "open.fxiaoke.com NewOpportunityObj", '''
_id,name,amount,close_date,account_id__r,sales_stage__r,sales_status__r,sales_process_id__r,probability,owner__r,create_time,last_modified_time,last_followed_time,stg_changed_time,cost_time,life_status,is_deleted
a1,甲,9000,1770000000000,客户甲,赢单,赢单,默认流程,100,张三,1767600000000,1769900000000,1769900000000,1769900000000,2300000000,normal,false
a2,乙,9000,1772000000000,客户乙,输单,输单,默认流程,0,张三,1767700000000,1770900000000,1770900000000,1770900000000,2300000000,normal,false
a3,丙,9000,1785000000000,客户丙,方案/报价,进行中,默认流程,60,李四,1767800000000,1770990000000,1770990000000,1770000000000,2300000000,normal,false
''', (1, 1, 1))
_set("xiaoshouyi", "fields.md 7: 销售易 opportunity", '''
id,opportunityName,accountId,money,saleStageId,winRate,closeDate,stageUpdatedAt,createdAt,updatedAt,lostStageId,reason,status
1,甲,7,9000,赢单,100,2026-02-01,1769900000000,1767600000000,1769900000000,,,赢单
2,乙,7,9000,输单,0,2026-02-13,1770900000000,1767700000000,1770900000000,3,价格,输单
3,丙,7,9000,方案报价,60,2026-08-01,1770000000000,1767800000000,1770990000000,,,进行中
''', (1, 1, 1))
_set("wukong", "agrhub/72crm-java docs/crm9.sql", '''
business_id,type_id,status_id,business_name,customer_id,money,deal_date,create_time,update_time,owner_user_id,is_end,status_remark
1,1,4,甲,7,9000,2026-02-05,2026-01-05 08:00:00,2026-02-01 08:00:00,3,1,
2,1,2,乙,7,9000,2026-02-15,2026-01-06 08:00:00,2026-02-13 08:00:00,3,2,价格
3,1,3,丙,7,9000,2026-08-05,2026-01-07 08:00:00,2026-02-14 08:00:00,3,0,
4,1,1,丁,7,9000,2026-08-06,2026-01-08 08:00:00,2026-02-14 08:00:00,3,0,
''', (1, 1, 2))
_set("wukong change", "agrhub/72crm-java docs/crm9.sql", '''
business_id,status_name,create_time,create_user_id
1,验证客户,2026-01-05 08:00:00,3
1,方案/报价,2026-01-15 08:00:00,3
1,赢单,2026-02-01 08:00:00,3
2,验证客户,2026-01-06 08:00:00,3
2,输单,2026-02-02 08:00:00,3
3,验证客户,2026-01-07 08:00:00,3
''', (1, 1, 1))
_set("weiban", "openapi.weibanzhushou.com opportunity", '''
id,serial_number,name,stage_name,stage_group_name,stage_update_time,status,created_at,updated_at,end_time,expect_amount,expect_date,fail_reason
1,SN1,甲,赢单,默认,1769900000,赢单,1767600000,1769900000,1769900000,9000,1770000000,
2,SN2,乙,输单,默认,1770900000,输单,1767700000,1770900000,1770900000,9000,1770000000,价格
3,SN3,丙,报价,默认,1770000000,进行中,1767800000,1770990000,,9000,1785000000,
''', (1, 1, 1))
_set("lixiao", "apidoc.weiwenjia.com common_oppo", '''
id,title,user_name,expect_amount,sign_possibility,get_time,stage_mapped,expect_sign_date,source_mapped,customer_name,created_at
1,甲,张三,120000.0,100%,2026-01-05 11:04,赢单,2026-02-05,网站,客户甲,2026-01-05 11:04
2,乙,张三,120000.0,0%,2026-01-06 11:04,输单,2026-02-15,网站,客户乙,2026-01-06 11:04
3,丙,李四,120000.0,50%,2026-01-07 11:04,方案报价,2026-08-15,网站,客户丙,2026-01-07 11:04
''', (1, 1, 1))
_set("maven", "Maven Analytics, CRM Sales Opportunities", '''
opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1,Ann,GTX,Acme,Won,2016-10-20,2017-03-01,1054
2,Ann,GTX,Acme,Lost,2016-10-25,2017-03-11,0
3,Ann,GTX,Acme,Engaging,2016-11-25,,
4,Ann,GTX,,Prospecting,,,
''', (1, 1, 2), reached=[2, 1, 1, 0])
_set("sql export with status", "luisCaro99/datasets-bi-sales data/deals.csv", '''
deal_id,segment,owner_rep_id,deal_created_at,close_at,status,final_mrr_usd,lost_reason
D1,SMB,AE1,2026-01-05 09:00:00,2026-01-20 09:00:00,Closed Won,302.1,
D2,SMB,AE2,2026-01-06 09:00:00,2026-01-16 09:00:00,Closed Lost,30.21,price
D3,Mid,AE1,2026-02-01 09:00:00,2026-02-21 09:00:00,Closed Lost,55,none
D4,Mid,AE2,2026-02-03 09:00:00,2026-03-01 09:00:00,Closed Won,70,
''', (2, 2, 0), reached=[1, 0, 0, 1])
_set("subscriptions", "luisCaro99/datasets-bi-sales data/subscriptions.csv", '''
subscription_id,segment,start_date,churn_date,current_status
S1,SMB,2026-05-18,,active
S2,SMB,2026-06-03,2026-07-15,churned
S3,Mid,2026-06-02,,active
''', (0, 1, 2))
_set("dbt hubspot deal_stage", "fivetran/dbt_hubspot_source get_deal_stage_columns.sql", '''
deal_id,value,date_entered,source,source_id,_fivetran_active
1,appointmentscheduled,2026-01-05 08:00:00,CRM,u,false
1,contractsent,2026-01-20 08:00:00,CRM,u,false
1,closedwon,2026-02-01 08:00:00,CRM,u,true
2,appointmentscheduled,2026-01-06 08:00:00,CRM,u,false
2,closedlost,2026-02-02 08:00:00,CRM,u,true
3,appointmentscheduled,2026-01-07 08:00:00,CRM,u,true
''', (1, 1, 1))
_set("hubspot property history", "fivetran/dbt_hubspot_source get_deal_property_history_columns.sql", '''
deal_id,name,value,timestamp,source
1,dealstage,appointmentscheduled,2026-01-05 08:00:00,CRM
1,amount,500,2026-01-06 08:00:00,CRM
1,dealstage,closedwon,2026-02-01 08:00:00,CRM
2,dealstage,appointmentscheduled,2026-01-06 08:00:00,CRM
2,dealstage,closedlost,2026-02-02 08:00:00,CRM
3,dealstage,appointmentscheduled,2026-01-07 08:00:00,CRM
''', (1, 1, 1))
_set("stays in stages", "entered and left per stage, as in stage duration reports", '''
opportunity_id,stage,entered_at,exited_at
1,Discovery,2026-01-05,2026-01-12
1,Proposal,2026-01-12,2026-02-01
1,Closed Won,2026-02-01,
2,Discovery,2026-01-06,2026-02-02
2,Closed Lost,2026-02-02,
3,Discovery,2026-01-07,
''', (1, 1, 1))
_set("old and new stage", "history reports", '''
Deal ID,Old Stage,New Stage,Changed At,Changed By
1,Discovery,Proposal,2026-01-12,Ann
1,Proposal,Won,2026-02-01,Ann
2,Discovery,Lost,2026-02-02,Ann
3,Lead,Discovery,2026-01-22,Ann
''', (1, 1, 1))
_set("wide with created", "SQL exports", '''
deal_id,created_at,qualified_at,proposal_at,won_at,lost_at,owner
1,2026-01-05,2026-01-08,2026-01-20,2026-02-01,,Ann
2,2026-01-06,2026-01-09,,,2026-02-02,Ann
3,2026-01-07,,,,,Ann
''', (1, 1, 1), reached=[3, 1, 0])
