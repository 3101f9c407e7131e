"""Names of the columns of orders, by shop, marketplace and data set."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.data.events.usual_names import fold_name
from salesfunnel.intake.sheet.names import without_notes

__all__ = ["OF_THE_ORDER", "Found", "ROLES", "find_roles", "is_olist"]

# The order decides: the name that stands first is taken where a source has several.
_NAMES: Mapping[str, str] = {
    "customer": (
        "customer|customer_unique_id|billing_email|billing email|email (billing)|customer_id"
        "|customer no|customer number|customer code|customer key|cust_id|custid|client_id|client no"
        "|client|buyer_id|buyer email|buyer-email|buyer user id|buyer username|buyer|user_id|uid"
        "|userid|member_id|member no|membership id|account_id|account|household_id|household_key"
        "|shopper_id|contact_id|customer email|email|e-mail|email address|from email address|user"
        "|customer name|client name|buyer name|buyer-name|bill-to name|billing name|company"
        "|name of customer|phone|billing phone|recipient-name|full name"
        "|客户|客户id|客户编号|客户编码|客户号|客户代码|用户id|用户编号|用户|会员id|会员编号|会员号"
        "|会员卡号|会员|买家会员名|买家id|下单帐号|下单账号|用户账号|买家账号|收货人手机号/提货人手机号|收货人手机号"
        "|收货人手机|买家昵称|买家旺旺|买家|客户名称|客户姓名|手机号|联系手机|联系电话"
        "|收货人姓名|收货人|公司|公司名称|kunde|kundennummer|kunden-id|kundennr|cliente|id_cliente"
        "|codigo_cliente|client_code|id_client|cliente_id|numéro client|n° client"
        "|kunden_id|kunde_id|comprador|acheteur|käufer|клиент|покупатель|id клиента|код клиента"
        "|收件人|收件人手机号|收货人电话|收件人手机|买家账号名|e-mail do cliente|email do cliente"
        "|nome do cliente|correo del cliente|email del cliente|nombre del cliente|nombre cliente"
        "|email client"
        "|e-mail client|nom du client|nom client|kundenname|kunden-email|käufername|имя клиента"
        "|фио|телефон клиента|customer phone|phone number|cust"
    ),
    "time": (
        "time|order_purchase_timestamp|invoice date|order date|orderdate|order_dt|order time"
        "|order_datetime|order timestamp|order created at|date of order|purchase date"
        "|purchase-date|purchased on|purchase time|purchased at|purchase timestamp|transaction date"
        "|transaction_dt|transaction time|transaction datetime|transaction timestamp|t_dat"
        "|trans_date|txn_date|sale date"
        "|sales date|date of sale|created date (utc)|created (utc)|created date|created at"
        "|date created|ordered at|bought at|billing date|bill date|receipt date|visit date"
        "|timestamp|datetime|date time|date|day|created|created time|order created time"
        "|deal date|booking date|date booked|close date|closed date|won date|date won|signed date"
        "|invoice time|created on|order created on|processed at"
        "|订单创建时间|下单时间|下单日期|订单时间|订单日期|创建时间|购买日期|购买时间|成交日期"
        "|成交时间|交易日期|交易时间|消费日期|消费时间|销售日期|日期|时间|bestelldatum|rechnungsdatum|datum"
        "|fecha|fecha_pedido|fecha del pedido|fecha de compra|fecha de venta|data|data do pedido"
        "|data_pedido|data da compra|data_compra|data da venda|date de commande|date commande"
        "|date d'achat|date de vente|kaufdatum|auftragsdatum|verkaufsdatum|дата|дата заказа"
        "|дата покупки|дата продажи|订单提交时间|提交时间|订单成交时间|order placed|placed at"
        "|placed on|date placed|sold on|sale time|data de compra|data de venda|data compra"
        "|data venda"
        "|fecha compra|fecha pedido|fecha venta|date achat|date vente|date de la commande|dt"
    ),
    "paid": (
        "paid at|paid on|date paid|payment date|payments date|paid time|payment time"
        "|payment timestamp"
        "|订单付款时间|付款时间|支付时间|买家付款时间|付款确认时间|支付完成时间|付款日期"
        "|fecha de pago|data de pagamento|data do pagamento|date de paiement|zahlungsdatum"
        "|bezahlt am|дата оплаты"
    ),
    "amount": (
        "amount|买家实际支付金额|订单实付金额|实付金额|实付款|实际支付金额|实付|实收金额|实收款"
        "|支付金额|付款金额|payment_value|amount paid|paid amount|total paid|payment amount"
        "|grand total (purchased)|grand total|grand_total|grand total (base)|base_grand_total"
        "|order total|order_total|order total amount|order amount|order value|order revenue"
        "|total price|total amount|total amt|total sales|total value|total_due|totaldue|total"
        "|net sales|net amount|transaction amount|tran_amount|trans_amount|transaction value"
        "|purchase amount|purchase sum|purchase value|sales_value|sale amount|sales amount"
        "|sales|sale|revenue|gross revenue"
        "|turnover|spend|spent|amount spent|monetary value|monetary|amt|line total|item total"
        "|item-price|extended price|gross|value|订单金额|订单总金额|订单总额|成交金额|交易金额"
        "|购买金额|消费金额|订单应付金额|应付金额|买家应付货款|总金额|销售金额|金额|销售额|总额|总价"
        "|商家实收金额|商家实收|实际收款|买家实付|实收"
        "|betrag|gesamtbetrag|bestellwert|umsatz|summe|importe|importe total|monto|valor"
        "|valor total|valor_total|valor do pedido|montant|montant total|montant ttc|total ttc"
        "|prix total|betrag brutto|gesamtpreis|gesamtsumme|importe del pedido|precio total"
        "|сумма|сумма заказа|сумма покупки|итого|стоимость"
        "|total with vat|total incl vat|total including vat|amount including vat|amount incl vat"
        "|total with tax|total incl tax|total including tax|gross total|gross amount"
        "|amount excluding vat|amount excl vat|total excluding vat|total excl vat|amount excl tax"
        "|net total|total price set shop amount|total_price_set_shop_money_amount"
        "|current_total_price|order net"
    ),
    "quantity": (
        "quantity|qty|quantity ordered|quantityordered|units|units sold|数量|购买数量|商品数量"
        "|menge|cantidad"
    ),
    "unit_price": (
        "unit price|unitprice|price per unit|price each|priceeach|item price|price|单价|商品单价"
        "|einzelpreis|preis|precio|precio unitario|prix|prix unitaire"
    ),
    "order": (
        "order id|order number|order no|order_no|orderno|ordernumber|order|amazon-order-id|order-id"
        "|invoice|invoiceno|invoice no|invoice number|invoice id|transaction id|receipt no"
        "|basket id|订单编号|订单号|订单id|主订单编号|交易号|单号|bestellnummer|rechnungsnummer"
        "|numero_pedido|pedido|número de pedido|número do pedido|nº do pedido|nº de pedido"
        "|número de orden|numero de orden|nº de orden|orden"
        "|n° commande|n° de commande|numéro de commande|номер заказа|order name"
    ),
    "currency": (
        "currency|currency code|order currency|order_currency|currency_code|presentment currency"
        "|币种|货币|结算币种|订单币种|währung|moneda|moeda|devise|валюта"
    ),
    "refunded": (
        "refunded amount|amount refunded|refund amount|total refunded|total_refunded|refund total"
        "|order_refund|退款金额|已退金额|退款总额"
    ),
    "cancelled_at": (
        "cancelled at|canceled at|cancelled_at|date cancelled|cancellation date|取消时间"
        "|fecha y hora de cancelación|fecha de cancelación|data de cancelamento|date d'annulation"
    ),
    "status": (
        "financial status|payment status|order status|order_status|order-status|orderstatus|status"
        "|state|transaction status|订单状态|交易状态|状态|付款状态|支付状态|退款状态|售后状态"
        "|display_financial_status|invoice status|sales order status|estado del pago|estado de pago"
        "|estado de la orden|estado del pedido|estado do pedido|status do pedido"
        "|status do pagamento|situação"
        "|statut de la commande|statut du paiement|zahlungsstatus|bestellstatus"
        "|статус заказа|статус оплаты"
        "|estado|statut|статус"
    ),
}
ROLES = tuple(_NAMES)
_IN_MONEY = re.compile(
    r"(?<=\w)[_ ](?:usd|eur|gbp|cny|rmb|jpy|inr|brl|mxn|cad|aud|nzd|chf|sek|nok|dkk|pln|czk|rub|hkd"
    r"|sgd|krw|thb|idr|vnd|myr|php|aed|sar|ils|zar|ngn|kes|egp|ars|clp|cop|[$€£₹₽])$",
    re.IGNORECASE,
)
"""A currency behind the name of an amount: ``total_eur``."""
_WHOLE = (
    "买家实际支付金额|订单实付金额|实付金额|payment_value|grand total (purchased)|grand total"
    "|grand total (base)|base_grand_total|order total|order amount|order total amount|order value"
    "|total|total paid|订单金额|订单总金额|订单总额|应付金额|订单应付金额|买家应付货款|总金额"
)
OF_THE_ORDER = frozenset(map(fold_name, _WHOLE.split("|")))
"""Amounts that are of a whole order, so that lines of an order repeat them."""


@cache
def _ranks() -> Mapping[str, Mapping[str, int]]:
    return {
        role: {fold_name(name): rank for rank, name in reversed([*enumerate(names.split("|"))])}
        for role, names in _NAMES.items()
    }


class Found(NamedTuple):
    """Where the roles stand, the columns of states, and what else a role could have been."""

    roles: dict[str, int]
    states: list[int]
    others: dict[str, list[int]]


def find_roles(names: Sequence[str], columns: Mapping[str, Any] | None = None) -> Found:
    """Return where each role stands, and where the states of orders do.

    Parameters
    ----------
    names : sequence of str
        The header.
    columns : mapping of str to str or int, optional
        Roles that the caller has named, by the name of their column or its position.

    Raises
    ------
    UnknownNameError
        If a column that was named is not in the header.
    """
    found: dict[str, int] = {}
    others: dict[str, list[int]] = {}
    for role, name in (columns or {}).items():
        if role not in ROLES:
            raise UnknownNameError(
                f"'columns' must have keys of {', '.join(map(repr, ROLES))}, got {role!r}",
                hint=did_you_mean(role, ROLES),
            )
        found[role] = _place(name, names)
    folded = [_forms(name) for name in names]
    for role, ranks in _ranks().items():
        if (
            role == "status"
            or role in found
            or (role in {"quantity", "unit_price"} and "amount" in (columns or {}))
        ):
            continue
        ranked = sorted(
            (min(ranks[form] for form in forms if form in ranks), i)
            for i, forms in enumerate(folded)
            if i not in found.values() and any(form in ranks for form in forms)
        )
        if ranked:
            found[role] = ranked[0][1]
            others[role] = [i for _, i in ranked[1:]]
    if "status" in found:
        return Found(found, [found.pop("status")], others)
    states, taken = _ranks()["status"].keys(), set(found.values())
    where = [i for i, forms in enumerate(folded) if i not in taken and states & set(forms)]
    return Found(found, where, others)


def _place(name: Any, names: Sequence[str]) -> int:
    if isinstance(name, int) and not isinstance(name, bool):
        if not -len(names) <= name < len(names):
            raise ArgumentError(
                f"'columns' must hold positions below {len(names)}, got {name}",
                hint="positions count from 0",
            )
        return name % len(names)
    if name not in names:
        raise UnknownNameError(
            f"'columns' must be in the header, got {name!r}", hint=did_you_mean(name, names)
        )
    return list(names).index(name)


def _forms(name: str) -> tuple[str, ...]:
    """Return the forms of a header to look up: as it is, without brackets, without a currency."""
    bare = without_notes(name)
    forms = (fold_name(name), fold_name(bare), fold_name(_IN_MONEY.sub("", bare)))
    return tuple(dict.fromkeys(form for form in forms if form))


def is_olist(names: Sequence[str]) -> bool:
    """Whether these are Olist's orders, whose customer_id is a new one for each order."""
    folded = {fold_name(name) for name in names}
    return {"customerid", "orderpurchasetimestamp"} <= folded and "customeruniqueid" not in folded
