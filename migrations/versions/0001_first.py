"""The first tables."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("before_digest", sa.String(length=64), nullable=True),
        sa.Column("after_digest", sa.String(length=64), nullable=True),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_entry_subject", ["subject_type", "subject_id"], unique=False
        )

    op.create_table(
        "audit_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "bucket",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "gram",
                "millilitre",
                "piece",
                "seat",
                "use",
                name="unit",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("oversell_cap", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("allocated >= 0", name=op.f("ck_bucket_allocated")),
        sa.CheckConstraint(
            "on_hand - allocated >= -oversell_cap", name=op.f("ck_bucket_not_oversold")
        ),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_bucket_on_hand")),
        sa.CheckConstraint("oversell_cap >= 0", name=op.f("ck_bucket_oversell_cap")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bucket")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("parent_id", sa.String(length=26), nullable=True),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("art", sa.String(length=40), nullable=False),
        sa.Column("tint", sa.String(length=20), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    op.create_table(
        "collection_point",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("commune", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_point")),
        sa.UniqueConstraint("code", name=op.f("uq_collection_point_code")),
    )
    op.create_table(
        "demo_checkout",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_checkout")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_demo_checkout_idempotency_key")),
    )
    op.create_table(
        "legal_rule",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("rule_key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("legal_ref", sa.String(length=200), nullable=False),
        sa.Column("source_note", sa.String(length=300), nullable=False),
        sa.Column("certainty", sa.String(length=2), nullable=False),
        sa.Column("entered_by", sa.String(length=26), nullable=True),
        sa.Column("entered_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_legal_rule_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_rule")),
        sa.UniqueConstraint(
            "rule_key", "valid_from", name=op.f("uq_legal_rule_rule_key_valid_from")
        ),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("dead_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notice_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
        )

    op.create_table(
        "outbox_message",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("dead_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox_message")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_message_due",
            ["due_at", "seq"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        )

    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column(
            "method",
            sa.Enum("cod", "vietqr", "card", name="method", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "pending",
                "captured",
                "failed",
                "canceled",
                "refunded",
                name="paymentstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("memo", sa.String(length=25), nullable=True),
        sa.Column("bank_ref", sa.String(length=60), nullable=True),
        sa.Column("provider_id", sa.String(length=120), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("checkout_until", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_payment_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("bank_ref", name=op.f("uq_payment_bank_ref")),
        sa.UniqueConstraint("memo", name=op.f("uq_payment_memo")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_payment_provider_id")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_reference", ["reference"], unique=False)
        batch_op.create_index("ix_payment_state", ["state", "method", "created_at"], unique=False)
        batch_op.create_index(
            "uq_payment_one_open",
            ["reference"],
            unique=True,
            sqlite_where=sa.text("state IN ('created', 'pending')"),
            postgresql_where=sa.text("state IN ('created', 'pending')"),
        )

    op.create_table(
        "posting",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("txn", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_vnd <> 0", name=op.f("ck_posting_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("txn", "account", name=op.f("uq_posting_txn_account")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index("ix_posting_account", ["account", "at"], unique=False)

    op.create_table(
        "provider_event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("received_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_event")),
        sa.UniqueConstraint(
            "provider", "event_id", name=op.f("uq_provider_event_provider_event_id")
        ),
    )
    op.create_table(
        "rate_window",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_window")),
    )
    with op.batch_alter_table("rate_window", schema=None) as batch_op:
        batch_op.create_index("ix_rate_window_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "role",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "tries",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("locked_until", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tries")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("fs_webauthn_user_handle", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("email_proved_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("phone_proved_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_phone_number", sa.String(length=20), nullable=True),
        sa.Column("tf_last_step", sa.BigInteger(), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_user_reachable")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_fs_uniquifier")),
        sa.UniqueConstraint(
            "fs_webauthn_user_handle", name=op.f("uq_user_fs_webauthn_user_handle")
        ),
        sa.UniqueConstraint("phone", name=op.f("uq_user_phone")),
    )
    op.create_table(
        "vendor",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=90), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=120), nullable=False),
        sa.Column(
            "legal_form",
            sa.Enum(
                "individual",
                "household",
                "cooperative",
                "company",
                "state",
                name="legalform",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("registration_no", sa.String(length=20), nullable=True),
        sa.Column("representative", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("commune", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("old_address", sa.String(length=200), nullable=False),
        sa.Column("story", sa.JSON(), nullable=False),
        sa.Column("art", sa.String(length=40), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "under_review",
                "information_requested",
                "approved",
                "rejected",
                "suspended",
                "terminated",
                "cancelled",
                name="vendorstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reviewer_id", sa.String(length=26), nullable=True),
        sa.Column("reviewer_name", sa.String(length=120), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor")),
        sa.UniqueConstraint("code", name=op.f("uq_vendor_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_vendor_slug")),
    )
    with op.batch_alter_table("vendor", schema=None) as batch_op:
        batch_op.create_index("ix_vendor_phone", ["phone"], unique=False)
        batch_op.create_index("ix_vendor_registration_no", ["registration_no"], unique=False)
        batch_op.create_index("ix_vendor_state", ["state", "submitted_at", "id"], unique=False)

    op.create_table(
        "bucket_movement",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("bucket_id", sa.String(length=26), nullable=False),
        sa.Column("d_on_hand", sa.BigInteger(), nullable=False),
        sa.Column("d_allocated", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("owner_key", sa.String(length=80), nullable=True),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bucket_id"], ["bucket.id"], name=op.f("fk_bucket_movement_bucket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bucket_movement")),
    )
    with op.batch_alter_table("bucket_movement", schema=None) as batch_op:
        batch_op.create_index("ix_bucket_movement_bucket", ["bucket_id", "at"], unique=False)

    op.create_table(
        "cart",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("updated_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("held_until", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("placed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_cart_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_cart_token_hash")),
    )
    with op.batch_alter_table("cart", schema=None) as batch_op:
        batch_op.create_index("ix_cart_updated", ["updated_at"], unique=False)
        batch_op.create_index("ix_cart_user", ["user_id"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column(
            "scheme",
            sa.Enum(
                "vietgap",
                "globalgap",
                "organic",
                "haccp",
                "ocop",
                "gi",
                "high_tech",
                "food_safety",
                "travel_licence",
                "homestay_security",
                name="scheme",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=160), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=True),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("verified_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.String(length=26), nullable=True),
        sa.Column("withdrawn_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_certificate_vendor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_vendor", ["vendor_id", "valid_to"], unique=False)

    op.create_table(
        "claim",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("bucket_id", sa.String(length=26), nullable=False),
        sa.Column("owner_key", sa.String(length=80), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "consumed",
                "released",
                "expired",
                name="claimstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("qty > 0", name=op.f("ck_claim_qty")),
        sa.ForeignKeyConstraint(["bucket_id"], ["bucket.id"], name=op.f("fk_claim_bucket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(
            "ix_claim_live",
            ["bucket_id", "expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index("ix_claim_owner", ["owner_key"], unique=False)
        batch_op.create_index(
            "uq_claim_one_open",
            ["bucket_id", "owner_key"],
            unique=True,
            sqlite_where=sa.text("state IN ('active', 'consumed')"),
            postgresql_where=sa.text("state IN ('active', 'consumed')"),
        )

    op.create_table(
        "farm",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("commune", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("story", sa.JSON(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_farm_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm")),
        sa.UniqueConstraint("vendor_id", "code", name=op.f("uq_farm_vendor_id_code")),
    )
    op.create_table(
        "link_token",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("reset", "contact", name="linkpurpose", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_link_token_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_link_token_digest")),
    )
    with op.batch_alter_table("link_token", schema=None) as batch_op:
        batch_op.create_index("ix_link_token_user", ["user_id", "purpose"], unique=False)

    op.create_table(
        "lot_counter",
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("month", sa.String(length=4), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_lot_counter_vendor_id")
        ),
        sa.PrimaryKeyConstraint("vendor_id", "month", name=op.f("pk_lot_counter")),
    )
    op.create_table(
        "order_group",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("access_hash", sa.String(length=64), nullable=False),
        sa.Column("cart_key", sa.String(length=80), nullable=False),
        sa.Column("buyer_id", sa.String(length=26), nullable=True),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_phone", sa.String(length=16), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column(
            "delivery",
            sa.Enum(
                "delivery",
                "collection",
                "none",
                name="deliverymethod",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("commune", sa.String(length=20), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("collection_point_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("payment_method", sa.String(length=10), nullable=False),
        sa.Column("goods_vnd", sa.BigInteger(), nullable=False),
        sa.Column("delivery_vnd", sa.BigInteger(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column(
            "paid",
            sa.Enum(
                "unpaid",
                "paid",
                "refund_due",
                "refunded",
                name="paidstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("paid_by", sa.String(length=26), nullable=True),
        sa.Column("placed_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("refund_vnd", sa.BigInteger(), nullable=False),
        sa.Column("pay_until", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["user.id"], name=op.f("fk_order_group_buyer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["collection_point_id"],
            ["collection_point.id"],
            name=op.f("fk_order_group_collection_point_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_group")),
        sa.UniqueConstraint("cart_key", name=op.f("uq_order_group_cart_key")),
        sa.UniqueConstraint("code", name=op.f("uq_order_group_code")),
    )
    with op.batch_alter_table("order_group", schema=None) as batch_op:
        batch_op.create_index("ix_order_group_buyer", ["buyer_id", "placed_at"], unique=False)
        batch_op.create_index("ix_order_group_due", ["pay_until"], unique=False)
        batch_op.create_index("ix_order_group_paid", ["paid", "placed_at"], unique=False)

    op.create_table(
        "outbound_call",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("idem_key", sa.String(length=120), nullable=False),
        sa.Column("payment_id", sa.String(length=26), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "answered",
                "refused",
                "unknown",
                name="callstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("valid_until", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_outbound_call_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_call")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_outbound_call_idem_key")),
    )
    with op.batch_alter_table("outbound_call", schema=None) as batch_op:
        batch_op.create_index("ix_outbound_call_payment", ["payment_id"], unique=False)

    op.create_table(
        "outbox_handled",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"], ["outbox_message.seq"], name=op.f("fk_outbox_handled_seq"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", "handler", name=op.f("pk_outbox_handled")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_passkey_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("strong_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_user", ["user_id", "ended_at"], unique=False)

    op.create_table(
        "user_role",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("role_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_user_role_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_user_role_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    op.create_table(
        "vendor_document",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "identity",
                "registration",
                "food_safety",
                "certificate",
                "travel_licence",
                "other",
                name="documentkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("storage_key", sa.String(length=160), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_document_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_document")),
    )
    with op.batch_alter_table("vendor_document", schema=None) as batch_op:
        batch_op.create_index("ix_vendor_document_vendor", ["vendor_id"], unique=False)

    op.create_table(
        "vendor_member",
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_vendor_member_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_member_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vendor_id", "user_id", name=op.f("pk_vendor_member")),
    )
    with op.batch_alter_table("vendor_member", schema=None) as batch_op:
        batch_op.create_index("ix_vendor_member_user", ["user_id"], unique=False)

    op.create_table(
        "vendor_step",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "under_review",
                "information_requested",
                "approved",
                "rejected",
                "suspended",
                "terminated",
                "cancelled",
                name="vendorstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_vendor_step_vendor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_step")),
    )
    with op.batch_alter_table("vendor_step", schema=None) as batch_op:
        batch_op.create_index("ix_vendor_step_vendor", ["vendor_id", "at"], unique=False)

    op.create_table(
        "order",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("group_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_name", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "placed",
                "confirmed",
                "completed",
                "canceled",
                "expired",
                name="orderstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "fulfilment",
            sa.Enum(
                "pending",
                "packed",
                "shipped",
                "ready",
                "delivered",
                "canceled",
                name="fulfilmentstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("goods_vnd", sa.BigInteger(), nullable=False),
        sa.Column("delivery_vnd", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["order_group.id"], name=op.f("fk_order_group_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_order_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("code", name=op.f("uq_order_code")),
    )
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.create_index("ix_order_group", ["group_id"], unique=False)
        batch_op.create_index("ix_order_vendor", ["vendor_id", "placed_at"], unique=False)

    op.create_table(
        "plot",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("farm_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("area_m2", sa.BigInteger(), nullable=False),
        sa.Column("planting_area_code", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_plot_farm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plot")),
        sa.UniqueConstraint("farm_id", "code", name=op.f("uq_plot_farm_id_code")),
    )
    op.create_table(
        "order_step",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("order_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_step_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_step")),
    )
    with op.batch_alter_table("order_step", schema=None) as batch_op:
        batch_op.create_index("ix_order_step_order", ["order_id", "at"], unique=False)

    op.create_table(
        "season",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("plot_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("crop", sa.JSON(), nullable=False),
        sa.Column("variety", sa.String(length=80), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["plot_id"], ["plot.id"], name=op.f("fk_season_plot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season")),
        sa.UniqueConstraint("plot_id", "code", name=op.f("uq_season_plot_id_code")),
    )
    with op.batch_alter_table("season", schema=None) as batch_op:
        batch_op.create_index("ix_season_plot", ["plot_id", "started_on"], unique=False)

    op.create_table(
        "diary_entry",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("season_id", sa.String(length=26), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column(
            "activity",
            sa.Enum(
                "soil",
                "seeding",
                "fertiliser",
                "spray",
                "irrigation",
                "care",
                "observation",
                "lab_test",
                "harvest",
                name="activity",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("input_name", sa.String(length=120), nullable=True),
        sa.Column("active_ingredient", sa.String(length=120), nullable=True),
        sa.Column("dose", sa.String(length=80), nullable=True),
        sa.Column("phi_days", sa.SmallInteger(), nullable=True),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("recorded_by", sa.String(length=26), nullable=True),
        sa.Column("recorded_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_diary_entry_season_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_entry")),
        sa.UniqueConstraint("client_key", name=op.f("uq_diary_entry_client_key")),
    )
    with op.batch_alter_table("diary_entry", schema=None) as batch_op:
        batch_op.create_index("ix_diary_entry_season", ["season_id", "done_on"], unique=False)

    op.create_table(
        "lot",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("season_id", sa.String(length=26), nullable=True),
        sa.Column("harvest_id", sa.String(length=26), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("trace_code", sa.String(length=16), nullable=False),
        sa.Column("product", sa.JSON(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "gram",
                "millilitre",
                "piece",
                "seat",
                "use",
                name="unit",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("harvested_on", sa.Date(), nullable=False),
        sa.Column("packed_on", sa.Date(), nullable=True),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "held", "recalled", name="lotstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=300), nullable=False),
        sa.Column("state_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("inside_interval", sa.Boolean(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_lot_quantity")),
        sa.ForeignKeyConstraint(["harvest_id"], ["diary_entry.id"], name=op.f("fk_lot_harvest_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_lot_season_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lot_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("gtin", "code", name=op.f("uq_lot_gtin_code")),
        sa.UniqueConstraint("harvest_id", name=op.f("uq_lot_harvest_id")),
        sa.UniqueConstraint("trace_code", name=op.f("uq_lot_trace_code")),
        sa.UniqueConstraint("vendor_id", "code", name=op.f("uq_lot_vendor_id_code")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index("ix_lot_code", ["code"], unique=False)
        batch_op.create_index("ix_lot_season", ["season_id", "harvested_on"], unique=False)
        batch_op.create_index("ix_lot_state", ["state", "state_at"], unique=False)
        batch_op.create_index("ix_lot_vendor", ["vendor_id", "harvested_on", "id"], unique=False)

    op.create_table(
        "listing",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("slug", sa.String(length=110), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("category_id", sa.String(length=26), nullable=False),
        sa.Column("top_category_id", sa.String(length=26), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "produce",
                "processed",
                "craft",
                "experience",
                name="listingkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("folded", sa.String(length=500), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("commune", sa.String(length=20), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "gram",
                "millilitre",
                "piece",
                "seat",
                "use",
                name="unit",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("bucket_id", sa.String(length=26), nullable=True),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("price_per", sa.BigInteger(), nullable=False),
        sa.Column("pack_size", sa.BigInteger(), nullable=False),
        sa.Column("piece_name", sa.JSON(), nullable=False),
        sa.Column("season_months", sa.JSON(), nullable=False),
        sa.Column("season_mask", sa.Integer(), nullable=False),
        sa.Column("preorder_from", sa.Date(), nullable=True),
        sa.Column("preorder_until", sa.Date(), nullable=True),
        sa.Column("schemes", sa.JSON(), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=True),
        sa.Column("farm_id", sa.String(length=26), nullable=True),
        sa.Column("art", sa.String(length=40), nullable=False),
        sa.Column("tint", sa.String(length=20), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "published",
                "declined",
                "paused",
                "withheld",
                "taken_down",
                "archived",
                name="listingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=500), nullable=False),
        sa.Column("rating_sum", sa.BigInteger(), nullable=False),
        sa.Column("rating_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("recheck_since", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ranked_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bucket_id"], ["bucket.id"], name=op.f("fk_listing_bucket_id")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_listing_category_id")
        ),
        sa.ForeignKeyConstraint(["farm_id"], ["farm.id"], name=op.f("fk_listing_farm_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_listing_lot_id")),
        sa.ForeignKeyConstraint(
            ["top_category_id"], ["category.id"], name=op.f("fk_listing_top_category_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_listing_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("code", name=op.f("uq_listing_code")),
    )
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_listing_all", ["state", "ranked_at", "id", "season_mask"], unique=False
        )
        batch_op.create_index("ix_listing_farm", ["farm_id"], unique=False)
        batch_op.create_index("ix_listing_kind", ["state", "kind", "ranked_at", "id"], unique=False)
        batch_op.create_index("ix_listing_lot", ["lot_id"], unique=False)
        batch_op.create_index("ix_listing_recheck", ["recheck_since"], unique=False)
        batch_op.create_index(
            "ix_listing_shelf", ["state", "category_id", "ranked_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_listing_top", ["state", "top_category_id", "ranked_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_listing_vendor", ["vendor_id", "state", "ranked_at", "id"], unique=False
        )

    op.create_table(
        "lot_step",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "held", "recalled", name="lotstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_step_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_step")),
    )
    with op.batch_alter_table("lot_step", schema=None) as batch_op:
        batch_op.create_index("ix_lot_step_lot", ["lot_id", "at"], unique=False)

    op.create_table(
        "departure",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("starts_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cutoff_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("bucket_id", sa.String(length=26), nullable=False),
        sa.Column("cancelled_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "cancel_reason",
            sa.Enum(
                "weather", "too_few", "operator", name="cancelreason", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_departure_capacity")),
        sa.CheckConstraint("price_vnd >= 0", name=op.f("ck_departure_price")),
        sa.ForeignKeyConstraint(["bucket_id"], ["bucket.id"], name=op.f("fk_departure_bucket_id")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_departure_listing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sa.UniqueConstraint(
            "listing_id", "starts_at", name=op.f("uq_departure_listing_id_starts_at")
        ),
    )
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.create_index("ix_departure_bookable", ["listing_id", "cutoff_at"], unique=False)

    op.create_table(
        "experience",
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("duration_minutes", sa.BigInteger(), nullable=False),
        sa.Column("meeting_point", sa.JSON(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("includes", sa.JSON(), nullable=False),
        sa.Column("bring", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("min_age", sa.SmallInteger(), nullable=True),
        sa.Column("max_guests", sa.SmallInteger(), nullable=False),
        sa.Column("cancel_hours", sa.SmallInteger(), nullable=False),
        sa.Column("cutoff_minutes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_experience_listing_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_experience_vendor_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_experience")),
    )
    with op.batch_alter_table("experience", schema=None) as batch_op:
        batch_op.create_index("ix_experience_vendor", ["vendor_id"], unique=False)

    op.create_table(
        "listing_step",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "published",
                "declined",
                "paused",
                "withheld",
                "taken_down",
                "archived",
                name="listingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_step_listing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_step")),
    )
    with op.batch_alter_table("listing_step", schema=None) as batch_op:
        batch_op.create_index("ix_listing_step_listing", ["listing_id", "at"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("line_ref", sa.String(length=26), nullable=False),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_rating")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_review_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("line_ref", name=op.f("uq_review_line_ref")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index("ix_review_listing", ["listing_id", "created_at"], unique=False)

    op.create_table(
        "variant",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_vnd >= 0", name=op.f("ck_variant_price")),
        sa.CheckConstraint("size > 0", name=op.f("ck_variant_size")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_variant_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
    )
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.create_index("ix_variant_listing", ["listing_id", "position"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("line_ref", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("departure_id", sa.String(length=26), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("contact_phone", sa.String(length=16), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ON_HOLD",
                "CONFIRMED",
                "EXPIRED",
                "CANCELLED",
                "REDEEMED",
                "NO_SHOW",
                name="bookingstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("ck_booking_seats")),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["departure.id"], name=op.f("fk_booking_departure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("code", name=op.f("uq_booking_code")),
        sa.UniqueConstraint("line_ref", name=op.f("uq_booking_line_ref")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_departure", ["departure_id", "status"], unique=False)

    op.create_table(
        "cart_line",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("cart_id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("variant_id", sa.String(length=26), nullable=True),
        sa.Column("departure_id", sa.String(length=26), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("added_at", kernel.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(variant_id IS NULL) <> (departure_id IS NULL)", name=op.f("ck_cart_line_one_kind")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_quantity")),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["cart.id"], name=op.f("fk_cart_line_cart_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["departure.id"], name=op.f("fk_cart_line_departure_id")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_cart_line_listing_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_cart_line_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line")),
        sa.UniqueConstraint(
            "cart_id", "departure_id", name=op.f("uq_cart_line_cart_id_departure_id")
        ),
        sa.UniqueConstraint("cart_id", "variant_id", name=op.f("uq_cart_line_cart_id_variant_id")),
    )
    op.create_table(
        "order_line",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("order_id", sa.String(length=26), nullable=False),
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("variant_id", sa.String(length=26), nullable=True),
        sa.Column("departure_id", sa.String(length=26), nullable=True),
        sa.Column("lot_id", sa.String(length=26), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("art", sa.String(length=40), nullable=False),
        sa.Column("tint", sa.String(length=20), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("bucket_id", sa.String(length=26), nullable=False),
        sa.Column("starts_at", kernel.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("harvested_on", sa.Date(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity")),
        sa.ForeignKeyConstraint(["bucket_id"], ["bucket.id"], name=op.f("fk_order_line_bucket_id")),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["departure.id"], name=op.f("fk_order_line_departure_id")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_order_line_listing_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_order_line_lot_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_order_line_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index("ix_order_line_listing", ["listing_id"], unique=False)
        batch_op.create_index("ix_order_line_lot", ["lot_id"], unique=False)
        batch_op.create_index("ix_order_line_order", ["order_id"], unique=False)

    # The one row that orders the audit chain: two first writers must not make two.
    op.execute(f"INSERT INTO audit_head (id, hash, length) VALUES (1, '{'0' * 64}', 0)")


def downgrade() -> None:
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index("ix_order_line_order")
        batch_op.drop_index("ix_order_line_lot")
        batch_op.drop_index("ix_order_line_listing")

    op.drop_table("order_line")
    op.drop_table("cart_line")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_departure")

    op.drop_table("booking")
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.drop_index("ix_variant_listing")

    op.drop_table("variant")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index("ix_review_listing")

    op.drop_table("review")
    with op.batch_alter_table("listing_step", schema=None) as batch_op:
        batch_op.drop_index("ix_listing_step_listing")

    op.drop_table("listing_step")
    with op.batch_alter_table("experience", schema=None) as batch_op:
        batch_op.drop_index("ix_experience_vendor")

    op.drop_table("experience")
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.drop_index("ix_departure_bookable")

    op.drop_table("departure")
    with op.batch_alter_table("lot_step", schema=None) as batch_op:
        batch_op.drop_index("ix_lot_step_lot")

    op.drop_table("lot_step")
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.drop_index("ix_listing_vendor")
        batch_op.drop_index("ix_listing_top")
        batch_op.drop_index("ix_listing_shelf")
        batch_op.drop_index("ix_listing_recheck")
        batch_op.drop_index("ix_listing_lot")
        batch_op.drop_index("ix_listing_kind")
        batch_op.drop_index("ix_listing_farm")
        batch_op.drop_index("ix_listing_all")

    op.drop_table("listing")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index("ix_lot_vendor")
        batch_op.drop_index("ix_lot_state")
        batch_op.drop_index("ix_lot_season")
        batch_op.drop_index("ix_lot_code")

    op.drop_table("lot")
    with op.batch_alter_table("diary_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_diary_entry_season")

    op.drop_table("diary_entry")
    with op.batch_alter_table("season", schema=None) as batch_op:
        batch_op.drop_index("ix_season_plot")

    op.drop_table("season")
    with op.batch_alter_table("order_step", schema=None) as batch_op:
        batch_op.drop_index("ix_order_step_order")

    op.drop_table("order_step")
    op.drop_table("plot")
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_index("ix_order_vendor")
        batch_op.drop_index("ix_order_group")

    op.drop_table("order")
    with op.batch_alter_table("vendor_step", schema=None) as batch_op:
        batch_op.drop_index("ix_vendor_step_vendor")

    op.drop_table("vendor_step")
    with op.batch_alter_table("vendor_member", schema=None) as batch_op:
        batch_op.drop_index("ix_vendor_member_user")

    op.drop_table("vendor_member")
    with op.batch_alter_table("vendor_document", schema=None) as batch_op:
        batch_op.drop_index("ix_vendor_document_vendor")

    op.drop_table("vendor_document")
    op.drop_table("user_role")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_user")

    op.drop_table("sign_in")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_user_id"))

    op.drop_table("passkey")
    op.drop_table("outbox_handled")
    with op.batch_alter_table("outbound_call", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_call_payment")

    op.drop_table("outbound_call")
    with op.batch_alter_table("order_group", schema=None) as batch_op:
        batch_op.drop_index("ix_order_group_paid")
        batch_op.drop_index("ix_order_group_due")
        batch_op.drop_index("ix_order_group_buyer")

    op.drop_table("order_group")
    op.drop_table("lot_counter")
    with op.batch_alter_table("link_token", schema=None) as batch_op:
        batch_op.drop_index("ix_link_token_user")

    op.drop_table("link_token")
    op.drop_table("farm")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_claim_one_open",
            sqlite_where=sa.text("state IN ('active', 'consumed')"),
            postgresql_where=sa.text("state IN ('active', 'consumed')"),
        )
        batch_op.drop_index("ix_claim_owner")
        batch_op.drop_index(
            "ix_claim_live",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("claim")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_vendor")

    op.drop_table("certificate")
    with op.batch_alter_table("cart", schema=None) as batch_op:
        batch_op.drop_index("ix_cart_user")
        batch_op.drop_index("ix_cart_updated")

    op.drop_table("cart")
    with op.batch_alter_table("bucket_movement", schema=None) as batch_op:
        batch_op.drop_index("ix_bucket_movement_bucket")

    op.drop_table("bucket_movement")
    with op.batch_alter_table("vendor", schema=None) as batch_op:
        batch_op.drop_index("ix_vendor_state")
        batch_op.drop_index("ix_vendor_registration_no")
        batch_op.drop_index("ix_vendor_phone")

    op.drop_table("vendor")
    op.drop_table("user")
    op.drop_table("tries")
    op.drop_table("role")
    with op.batch_alter_table("rate_window", schema=None) as batch_op:
        batch_op.drop_index("ix_rate_window_expires_at")

    op.drop_table("rate_window")
    op.drop_table("provider_event")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index("ix_posting_account")

    op.drop_table("posting")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payment_one_open",
            sqlite_where=sa.text("state IN ('created', 'pending')"),
            postgresql_where=sa.text("state IN ('created', 'pending')"),
        )
        batch_op.drop_index("ix_payment_state")
        batch_op.drop_index("ix_payment_reference")

    op.drop_table("payment")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_message_due",
            sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        )

    op.drop_table("outbox_message")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notice_due",
            sqlite_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
        )

    op.drop_table("notice")
    op.drop_table("legal_rule")
    op.drop_table("demo_checkout")
    op.drop_table("collection_point")
    op.drop_table("category")
    op.drop_table("bucket")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject")

    op.drop_table("audit_entry")
