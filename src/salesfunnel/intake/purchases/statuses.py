"""Classify the status of an order: bought, not paid, cancelled or refunded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from salesfunnel.data.events.usual_names import fold_name
from salesfunnel.intake.sheet.names import without_notes

__all__ = ["State", "state_of"]

State = Literal["bought", "unpaid", "cancelled", "refunded"]

# Shopify, WooCommerce, Magento, Amazon, eBay, Etsy, Stripe, PayPal, Olist, Taobao, JD, Youzan.
_WORDS: Mapping[State, str] = {
    "bought": (
        "paid|partially paid|partially_refunded|partially refunded|complete|completed|processing"
        "|in process|shipped|partially shipped|unshipped|delivered|fulfilled|invoiced|approved"
        "|created|closed won|success|succeeded|successful|captured|authorized|active|ok|done|sent"
        "|in transit|shipping|ready to ship|dispatched|received|picked up|new|open|confirmed"
        "|finished|settled|posted|sale|sold|shipped - delivered to buyer|shipped - picked up"
        "|shipped - out for delivery|order complete|ready for pickup|resolved|disputed|won"
        "|交易成功|已完成|完成|已付款|已支付|支付成功|买家已付款|卖家已发货|待发货|待收货|已发货"
        "|已收货|已签收|等待卖家发货|等待买家确认|等待买家确认收货|卖家部分发货|买家已付款等待卖家发货"
        "|卖家已发货等待买家确认|等待收货|等待出库|正在出库|部分退款|已成交|成功|待评价|已评价|交易完成"
        "|付款成功|无退款申请|无退款|未退款|没有申请退款|退款关闭|无|无售后|bezahlt|abgeschlossen|versendet|pagado"
        "|pago|paga|concluído|concluido|entregue|finalizado|aprobado|aprovado|pagada|terminado"
        "|доставлен|завершен|завершён|получен|отправлен|geliefert|versandt|erledigt|已发货，待收货|待发货，已支付"
        "|activated|partially_fulfilled|recibido|abierta|abierto|archivada|archivado|aprobada|autorizado"
        "|autorizada|entregada|enviada"
        "|completado|enviado|entregado|payée|terminée|livrée|expédiée|оплачен|выполнен"
    ),
    "unpaid": (
        "pending|pending payment|pending_payment|unpaid|on hold|onhold|holded|awaiting payment"
        "|payment pending|payment_review|draft|checkout-draft|expired|incomplete|requires payment"
        "|requires_payment_method|requires_action|requires_confirmation|abandoned|quote|overdue"
        "|等待买家付款|待付款|未付款|待支付|未支付|等待付款|没有创建支付宝交易|付款中"
        "|pendente|aguardando pagamento|en espera|esperando pago"
        "|offen|ausstehend|pendiente|en attente|ожидает оплаты"
    ),
    "cancelled": (
        "cancelled|canceled|cancel|voided|void|failed|failure|declined|blocked|fraud|rejected"
        "|denied|trash|deleted|unavailable|error|uncaptured|unsuccessful|undelivered"
        "|lost in transit|cancelled by buyer|cancelled by seller|canceled reversal"
        "|交易关闭|已关闭|关闭|已取消|取消|作废|已作废|订单取消|付款以前卖家或买家主动关闭交易"
        "|付款以后用户退款成功交易自动关闭|锁定|已删除|支付失败|失败|交易失败"
        "|rechazado|rechazada|recusado|recusada|anulado|anulada|storniert|abgebrochen|cancelado|cancelada|annulé|annulée|отменен|отменён"
    ),
    "refunded": (
        "refunded|refund|returned|return|closed|charged back|chargeback|charge refunded|reversed"
        "|reversal|fully refunded|full refund|returned to seller|shipped - returned to seller"
        "|shipped - returning to seller|returning to seller|rejected by buyer"
        "|shipped - rejected by buyer|退款成功|已退款|全额退款|退款完成|已退货|退货|退货退款"
        "|退款|售后完成|erstattet|reembolsado|devuelto|remboursé|remboursée|retournée|возврат"
    ),
}


@cache
def _known() -> Mapping[str, State]:
    return {fold_name(word): state for state, words in _WORDS.items() for word in words.split("|")}


def state_of(text: str) -> State | None:
    """Return what a state of an order means; None if the word is not known.

    Examples
    --------
    >>> [state_of(text) for text in ("wc-completed", "VOIDED", "交易关闭", "teapot")]
    ['bought', 'cancelled', 'cancelled', None]
    """
    folded = fold_name(text)
    known = _known()
    # WooCommerce writes wc-completed, JD (删除)等待付款.
    bare = without_notes(text).casefold().strip().removeprefix("wc-")
    return known.get(folded) or known.get(fold_name(bare))
