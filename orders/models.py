"""Tables of carts, order groups, orders and their lines."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId
from orders.rules import DeliveryMethod, FulfilmentState, OrderState, PaidState


class Cart(Base):
    """A basket of one browser or person, of several vendors."""

    __tablename__ = "cart"
    __table_args__ = (
        sa.Index("ix_cart_user", "user_id"),
        sa.Index("ix_cart_updated", "updated_at"),
    )

    id: Mapped[PrimaryId]
    # SHA-256 of the token in the buyer's cookie.
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    # Orders placed from it so far: with the id, the key of the checkout under way.
    placed: Mapped[int] = mapped_column(default=0)


class CartLine(Base):
    """So many packs of a variant, or so many seats of a departure."""

    __tablename__ = "cart_line"
    __table_args__ = (
        sa.UniqueConstraint("cart_id", "variant_id"),
        sa.UniqueConstraint("cart_id", "departure_id"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("(variant_id IS NULL) <> (departure_id IS NULL)", name="one_kind"),
    )

    id: Mapped[PrimaryId]
    cart_id: Mapped[Id] = mapped_column(sa.ForeignKey("cart.id", ondelete="CASCADE"))
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    variant_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("variant.id"))
    departure_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("departure.id"))
    quantity: Mapped[int]
    # What one cost when the buyer last chose the quantity: a change is shown.
    price_vnd: Mapped[int]
    added_at: Mapped[datetime]


class CollectionPoint(Base):
    """Where a buyer can fetch an order."""

    __tablename__ = "collection_point"

    id: Mapped[PrimaryId]
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[dict[str, str]]
    commune: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(200))
    hours: Mapped[dict[str, str]]
    active: Mapped[bool] = mapped_column(default=True)


class OrderGroup(Base):
    """One checkout: what one buyer pays at once to several vendors."""

    __tablename__ = "order_group"
    __table_args__ = (
        sa.Index("ix_order_group_buyer", "buyer_id", "placed_at"),
        sa.Index("ix_order_group_due", "pay_until"),
        sa.Index("ix_order_group_paid", "paid", "placed_at"),
        # What a guest has bought lately is found by how he can be reached.
        sa.Index("ix_order_group_phone", "contact_phone", "placed_at"),
        sa.Index("ix_order_group_email", "contact_email", "placed_at"),
    )

    id: Mapped[PrimaryId]
    # What people read aloud; random, so that it tells nobody how many there are.
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    # SHA-256 of the token by which a guest opens the order.
    access_hash: Mapped[str] = mapped_column(sa.String(64))
    # A second press of the button finds the first order.
    cart_key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    buyer_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    lang: Mapped[str] = mapped_column(sa.String(2))
    contact_name: Mapped[str] = mapped_column(sa.String(120))
    contact_phone: Mapped[str] = mapped_column(sa.String(16))
    contact_email: Mapped[str | None] = mapped_column(sa.String(254))
    delivery: Mapped[DeliveryMethod]
    commune: Mapped[str | None] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    collection_point_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("collection_point.id"))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    payment_method: Mapped[str] = mapped_column(sa.String(10))
    goods_vnd: Mapped[int]
    delivery_vnd: Mapped[int]
    total_vnd: Mapped[int]
    paid: Mapped[PaidState] = mapped_column(default=PaidState.UNPAID)
    # The payment that paid: one that comes on top of it has to be paid back.
    paid_by: Mapped[str | None] = mapped_column(sa.String(26))
    placed_at: Mapped[datetime]
    # What has to be paid back, of money that came.
    refund_vnd: Mapped[int] = mapped_column(default=0)
    # Unpaid at this instant, the orders expire; None once that is decided.
    pay_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Order(Base):
    """One vendor's part of an order group."""

    __tablename__ = "order"
    __table_args__ = (
        sa.Index("ix_order_vendor", "vendor_id", "placed_at"),
        sa.Index("ix_order_group", "group_id"),
    )

    id: Mapped[PrimaryId]
    group_id: Mapped[Id] = mapped_column(sa.ForeignKey("order_group.id"))
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    # Copied as shown: a later change of name does not touch the contract.
    vendor_name: Mapped[str] = mapped_column(sa.String(120))
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    state: Mapped[OrderState] = mapped_column(default=OrderState.PLACED)
    fulfilment: Mapped[FulfilmentState] = mapped_column(default=FulfilmentState.PENDING)
    goods_vnd: Mapped[int]
    delivery_vnd: Mapped[int]
    placed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class OrderLine(Base):
    """What was bought, as it was shown."""

    __tablename__ = "order_line"
    __table_args__ = (
        sa.Index("ix_order_line_order", "order_id"),
        sa.Index("ix_order_line_listing", "listing_id"),
        sa.Index("ix_order_line_lot", "lot_id"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[PrimaryId]
    order_id: Mapped[Id] = mapped_column(sa.ForeignKey("order.id"))
    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"))
    variant_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("variant.id"))
    departure_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("departure.id"))
    lot_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("lot.id"))
    title: Mapped[dict[str, str]]
    label: Mapped[dict[str, str]]
    art: Mapped[str] = mapped_column(sa.String(40))
    tint: Mapped[str] = mapped_column(sa.String(20))
    # In the bucket's unit, for one piece of `quantity`.
    size: Mapped[int]
    quantity: Mapped[int]
    # Of what is weighed later an estimate, at `nominal_g` and `kilo_vnd` for a kilogram.
    price_vnd: Mapped[int]
    total_vnd: Mapped[int]
    least_g: Mapped[int | None]
    nominal_g: Mapped[int | None]
    most_g: Mapped[int | None]
    kilo_vnd: Mapped[int | None]
    # Ordered ahead: the days on which it is brought, as they were shown.
    deliver_from: Mapped[date | None]
    deliver_until: Mapped[date | None]
    # The last good day of the lot that was next in the queue.
    best_before: Mapped[date | None]
    bucket_id: Mapped[Id] = mapped_column(sa.ForeignKey("bucket.id"))
    starts_at: Mapped[datetime | None]
    harvested_on: Mapped[date | None]


class OrderStep(Base):
    """One arrow of an order's history: who, when, why."""

    __tablename__ = "order_step"
    __table_args__ = (sa.Index("ix_order_step_order", "order_id", "at"),)

    id: Mapped[PrimaryId]
    order_id: Mapped[Id] = mapped_column(sa.ForeignKey("order.id"))
    action: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[str] = mapped_column(sa.String(40))
    actor_id: Mapped[str | None] = mapped_column(sa.String(26))
    actor_name: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime]


class OrderAllocation(Base):
    """So much of one lot that a line of an order got: frozen when the order is packed."""

    __tablename__ = "order_allocation"
    __table_args__ = (
        sa.Index("ix_order_allocation_line", "line_id"),
        sa.Index("ix_order_allocation_order", "order_id"),
        sa.Index("ix_order_allocation_lot", "lot_id"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[PrimaryId]
    order_id: Mapped[Id] = mapped_column(sa.ForeignKey("order.id"))
    line_id: Mapped[Id] = mapped_column(sa.ForeignKey("order_line.id"))
    lot_id: Mapped[Id] = mapped_column(sa.ForeignKey("lot.id"))
    # In the base unit of the lot.
    quantity: Mapped[int]
    packed_at: Mapped[datetime]
    # When it left, or was ready to be fetched.
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    # When it was put back into the lot: the order was called off after packing.
    returned_at: Mapped[datetime | None]
