"""Usual names of the columns of event logs, by the tools that write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import attrs

from salesfunnel.fault import Fault

__all__ = ["ROLES", "Recognised", "fold_name", "missing_hint", "recognise", "recognised_faults"]

ROLES = ("entity", "step", "time")

# The order decides: the name that stands first is taken where a log has several. Sources:
# GA4 BigQuery export schema, PostHog data model, Amplitude and Mixpanel raw exports, Segment and
# RudderStack warehouse schemas, Snowplow canonical event, Sensors Data tables, XES logs.
_NAMES: Mapping[str, str] = {
    "entity": (
        "entity|person_id|person.id|amplitude_id|user_pseudo_id|distinct_id|$distinct_id|user_id"
        "|uid|user|customer_id|customer|client_id|visitor_id|member_id|shopper_id|lead_id"
        "|contact_id"
        "|account_id|deal_id|case_id|case:concept:name|case|anonymous_id|domain_userid|device_id"
        "|$device_id|network_userid|cookie_id|fullvisitorid|openid|unionid|email|用户id|用户编号|用户"
        "|客户id|客户编号|客户|会员id|会员编号|设备id|访客id|匿名id|usuario|id_usuario|benutzer"
        "|nutzer_id|utilisateur|id_utilisateur|benutzerid|benutzer_id|nutzer|kunden_id|kundennummer"
        "|id_cliente|cliente|usuário|id_usuário|utilizador|пользователь|id пользователя"
        "|访问用户id|idvisitor|visitor|клиент|session_id|ga_session_id|visit_id"
    ),
    "step": (
        "step|event_name|eventname|event_type|event|event_text|event_action|action|action_name"
        "|activity|concept:name|behavior_type|behaviour_type|behavior|behaviour|interaction_type"
        "|interaction|event_title|step_name|stage|事件名称|事件名|事件|事件类型|行为类型|行为|动作"
        "|步骤|evento|nombre_evento|nome_evento|ereignis|ereignisname|evenement|événement|évènement|事件标识|aktion"
        "|acción|ação|событие|действие|название события"
    ),
    "time": (
        "time|event_timestamp|event_time|derived_tstamp|timestamp|time_stamp|ts|event_datetime"
        "|event_ts|client_event_time|occurred_at|occurred_on|time:timestamp|datetime|date_time"
        "|event_at|original_timestamp|collector_tstamp|dvce_created_tstamp|sent_at|received_at"
        "|complete timestamp|server_time"
        "|server_received_time|created_at|created|timestamp_utc|event_date|date|时间|事件时间"
        "|发生时间|时间戳|行为时间|触发时间|日期|fecha|fecha_hora|zeitstempel|zeitpunkt|horodatage"
        "|datum|uhrzeit|marca de tiempo|carimbo de data|data_hora|время|дата|метка времени"
        "|дата и время"
    ),
}
_SESSIONS = {"sessionid", "gasessionid", "visitid"}
_KEPT_BY_TOOLS = {"insertid", "mpprocessingtimems", "messageid", "eventid"}
"""Columns that only an event has, folded: beside them a column "name" is that of the event."""
_DAY_OF = re.compile(r"(?:^|[ _.])(?:date|time|at)$|日期$|时间$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """Return a name without case, width and punctuation: ``userId`` is ``user_id``."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in wide if unicodedata.category(char)[0] in "LNM")


@cache
def _ranks() -> Mapping[str, Mapping[str, int]]:
    return {
        role: {fold_name(name): rank for rank, name in reversed([*enumerate(names.split("|"))])}
        for role, names in _NAMES.items()
    }


@attrs.frozen(kw_only=True)
class Recognised:
    """Which column holds what, and which others could have been meant.

    Parameters
    ----------
    names : mapping of str to object
        The column of each role that was found.
    others : mapping of str to tuple
        Further columns with a usual name of the role.
    blank : mapping of str to float
        The share of blank cells, of the columns in which it was looked up.
    """

    names: Mapping[str, Any]
    others: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict)
    blank: Mapping[Any, float] = attrs.field(factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """The roles without a column."""
        return tuple(role for role in ROLES if role not in self.names)

    @property
    def counts_sessions(self) -> bool:
        """Whether the entity is a visit, since the log names nobody."""
        return fold_name(str(self.names.get("entity", ""))) in _SESSIONS


def recognise(
    known: Sequence[Any],
    named: Mapping[str, Any] | None = None,
    blank_share: Callable[[Any], float] | None = None,
) -> Recognised:
    """Find the columns of who, what and when by their usual names.

    Parameters
    ----------
    known : sequence
        The names of all columns.
    named : mapping of str to object, optional
        Roles whose column the caller has named.
    blank_share : callable, optional
        Returns the share of blank cells of a column. With it, the first usual name without blanks
        is the entity, or else the one with fewest: ids of users are blank for visitors.
    """
    found = dict(named or {})
    others: dict[str, tuple[Any, ...]] = {}
    blank: dict[Any, float] = {}
    for role in ROLES:
        if role in found:
            continue
        ranked = _ranked(role, [name for name in known if name not in found.values()])
        if role == "entity" and len(ranked) > 1 and blank_share is not None:
            people = [name for name in ranked if fold_name(str(name)) not in _SESSIONS] or ranked
            for name in people:
                blank[name] = blank_share(name)
                if not blank[name]:
                    break
            best = min(blank, key=lambda name: blank[name])
            ranked.sort(key=lambda name: name != best)
        if ranked:
            found[role] = ranked[0]
            others[role] = tuple(ranked[1:])
    if "step" not in found and _KEPT_BY_TOOLS & {fold_name(str(name)) for name in known}:
        # Fivetran's table of Mixpanel calls the event "name"
        names = [n for n in known if fold_name(str(n)) == "name" and n not in found.values()]
        if names:
            found["step"] = names[0]
    return Recognised(names=found, others=others, blank=blank)


def _ranked(role: str, names: Iterable[Any]) -> list[Any]:
    """Return the columns with a usual name of a role, the likeliest first.

    A part of a record (``properties.time``) stands behind the same name of the record itself.
    """
    ranks = _ranks()[role]
    found = []
    for place, name in enumerate(names):
        text = str(name)
        whole, last = fold_name(text), fold_name(text.rpartition(".")[2])
        rank = ranks.get(whole, ranks.get(last))
        if rank is not None:
            found.append(((rank, whole not in ranks, place), name))
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]


def missing_hint(found: Recognised, known: Sequence[Any]) -> str:
    """Return the hint that names the call for columns that were not found."""
    pairs = {role: found.names.get(role, "...") for role in ROLES}
    call = ", ".join(
        f"{role!r}: {name if name == '...' else repr(name)}" for role, name in pairs.items()
    )
    listed = ", ".join(repr(str(name)) for name in list(known)[:20])
    more = ", ..." if len(known) > 20 else ""
    said = f"say which column it is: columns={{{call}}}; the columns are {listed}{more}"
    if "step" in found.missing and sum(_DAY_OF.search(str(name)) is not None for name in known) > 1:
        return f"one row a person, with a column of dates a step, is read by read_deals; or {said}"
    return said


def recognised_faults(found: Recognised, wanted: Mapping[str, Any]) -> list[Fault]:
    """Return what is worth knowing of the columns that were taken."""
    faults = []
    if any(found.names[role] != role for role in set(found.names) - set(wanted)):
        said: dict[str, Any] = {role: str(name) for role, name in found.names.items()}
        faults.append(Fault.of("events-columns", severity="info", **said))
    if found.counts_sessions and "entity" not in wanted:
        faults.append(Fault.of("events-of-sessions", column=str(found.names["entity"])))
    others = found.others.get("entity", ())
    if others:
        shares = found.blank
        listed = ", ".join(
            f"{name} ({shares[name]:.0%} blank)" if name in shares else str(name) for name in others
        )
        faults.append(
            Fault.of(
                "events-other-entities",
                severity="info",
                column=str(found.names["entity"]),
                others=listed,
                first=str(others[0]),
            )
        )
    return faults
