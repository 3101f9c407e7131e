"""E-commerce: from product view over cart and checkout to the order."""

from __future__ import annotations

from salesfunnel.builtin.benchmarks._publication import Publication
from salesfunnel.definitions import BenchmarkSet

__all__ = ["ecommerce", "ecommerce_stores"]

ALIASES = {
    "visit": ("visits", "session", "sessions", "访问"),
    "view": ("product_views", "product_view", "item_view", "view_item", "浏览", "商品浏览"),
    "cart": ("carts", "add_to_cart", "cart_additions", "加购", "加入购物车"),
    "checkout": ("checkouts", "begin_checkout", "checkouts_started", "结算"),
    "order": ("orders", "purchase", "orders_paid", "下单", "支付"),
}


def _aliases(*steps: str) -> dict[str, tuple[str, ...]]:
    return {step: ALIASES[step] for step in steps}


OPENSEND = Publication(
    citation="Opensend: Add to Cart Rate Statistics",
    url="https://www.opensend.com/post/add-to-cart-rate-statistics-ecommerce",
    year=2025,
    sample="global averages of 2024-2025 that the publisher compiled",
    region="world",
)
KISSMETRICS = Publication(
    citation="Kissmetrics: E-commerce Funnel Optimization",
    url="https://kissmetrics.io/blog/ecommerce-funnel-optimization",
    year=2026,
    sample="not stated; of 100 product views 7-8 reach the cart and 3-4 the checkout",
)
LITTLEDATA = Publication(
    citation="Littledata: 9 ecommerce benchmarks to track during Black Friday",
    url="https://blog.littledata.io/2019/11/22/9-ecommerce-benchmarks-to-track-during-black-friday-cyber-monday/",
    year=2019,
)
BAYMARD = Publication(
    citation="Baymard Institute: Cart Abandonment Rate Statistics",
    url="https://baymard.com/lists/cart-abandonment-rate",
    year=2011,
    sample="mean of 10 studies; its list of 14 ranges from 55% to 83% abandoned"
    " (baymard.com/blog/cart-abandonment-statistics)",
)


def ecommerce() -> BenchmarkSet:
    """Return the rates from product view to order; each step has a source of its own."""
    return BenchmarkSet(
        "ecommerce",
        (
            OPENSEND.figure("view", "cart", 0.0716, low=0.0641, high=0.079, industry="E-commerce"),
            KISSMETRICS.figure(
                "cart", "checkout", 0.467, low=0.375, high=0.571, industry="E-commerce"
            ),
            LITTLEDATA.figure(
                "checkout", "order", 0.452, industry="E-commerce", sample="543 stores, October"
            ),
        ),
        name="E-commerce",
        aliases=_aliases("view", "cart", "checkout", "order"),
    )


def ecommerce_stores() -> BenchmarkSet:
    """Return the rates from visit to cart and from cart to order."""
    return BenchmarkSet(
        "ecommerce-stores",
        (
            # 20th and 80th percentile of the stores: the middle 60% is 1.683 deviations wide
            LITTLEDATA.figure(
                "visit", "cart", 0.052, low=0.023, high=0.09, industry="E-commerce",
                sample="564 stores, October; a fifth lies below 2.3%, a fifth above 9.0%",
            ).replace(cv=0.766),
            BAYMARD.figure("cart", "order", 0.3614, low=0.17, high=0.45, industry="E-commerce"),
        ),
        name="E-commerce, visits",
        aliases=_aliases("visit", "cart", "order"),
    )  # fmt: skip
