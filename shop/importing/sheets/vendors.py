"""Vendors and their certificates."""

from datetime import date

from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values, plain, texts
from vendors.rules import LegalForm, Scheme, VendorState
from vendors.services.certifying import Paperwork
from vendors.services.importing import (
    CertificateRow,
    VendorRow,
    import_certificate,
    import_vendor,
)

_FORMS = {
    "Hợp tác xã": LegalForm.COOPERATIVE,
    "Hộ kinh doanh": LegalForm.HOUSEHOLD,
    "Công ty": LegalForm.COMPANY,
    "Cá nhân": LegalForm.INDIVIDUAL,
    "Nhà nước": LegalForm.STATE,
    "HTX": LegalForm.COOPERATIVE,
    "Hộ": LegalForm.HOUSEHOLD,
    "Doanh nghiệp": LegalForm.COMPANY,
    **{form.value: form for form in LegalForm},
}
_STATES = {
    "Đã duyệt": VendorState.APPROVED,
    "Nháp": VendorState.DRAFT,
    "Đã nộp": VendorState.SUBMITTED,
    "Đang thẩm định": VendorState.UNDER_REVIEW,
    "Cần bổ sung": VendorState.INFORMATION_REQUESTED,
    "Từ chối": VendorState.REJECTED,
    "Tạm đình chỉ": VendorState.SUSPENDED,
    "Chấm dứt": VendorState.TERMINATED,
    "Đã rút": VendorState.CANCELLED,
    **{state.value: state for state in VendorState},
}
SCHEMES = {
    "VietGAP": Scheme.VIETGAP,
    "GlobalGAP": Scheme.GLOBALGAP,
    "Hữu cơ": Scheme.ORGANIC,
    "HACCP": Scheme.HACCP,
    "OCOP": Scheme.OCOP,
    "Chỉ dẫn địa lý": Scheme.GI,
    "Công nghệ cao": Scheme.HIGH_TECH,
    "An toàn thực phẩm": Scheme.FOOD_SAFETY,
    "Giấy phép lữ hành": Scheme.TRAVEL_LICENCE,
    "An ninh trật tự lưu trú": Scheme.HOMESTAY_SECURITY,
    "Global G.A.P.": Scheme.GLOBALGAP,
    "ATTP": Scheme.FOOD_SAFETY,
    **{scheme.value: scheme for scheme in Scheme},
}

VENDOR_CODE = Column("vendor_code", "Mã gian hàng", c.code(20), required=True, also=("vendor",))


def _vendor(values: Values) -> VendorRow:
    names = ("code", "name", "legal_form", "representative", "phone", "commune", "address", "since")
    return VendorRow(
        **plain(values, *names),
        registration_no=values["registration_no"] or None,
        email=values["email"].lower() or None,
        story=texts(values, "story"),
        art=values["art"] or "basket",
        state=values["state"] or VendorState.APPROVED,
    )


VENDORS = Sheet(
    "vendors",
    "Gian hàng",
    also=("sellers", "Danh sách gian hàng"),
    key=("code",),
    columns=(
        Column("code", "Mã gian hàng", c.code(20), required=True, also=("vendor code", "mã")),
        Column("name", "Tên gian hàng", c.text(120), required=True, also=("tên", "vendor name")),
        Column("legal_form", "Loại hình", c.one_of(_FORMS), required=True),
        Column("registration_no", "Mã số thuế", c.text(20), also=("mst", "tax code")),
        Column("representative", "Người đại diện", c.text(120), required=True),
        Column("phone", "Điện thoại", c.phone, required=True, also=("số điện thoại", "sđt")),
        Column("email", "Email", c.text(254), also=("e-mail", "thư điện tử")),
        Column("commune", "Xã phường", c.commune, required=True, also=("xã", "địa bàn", "ward")),
        Column("address", "Địa chỉ", c.text(200), required=True),
        Column("story_vi", "Giới thiệu (vi)", c.text(2000), also=("giới thiệu", "story")),
        Column("story_en", "Giới thiệu (en)", c.text(2000)),
        Column("art", "Biểu tượng", c.lower(40), also=("picture",)),
        Column("state", "Trạng thái", c.one_of(_STATES), missing=None),
        Column("since", "Ngày tham gia", c.moment, also=("ngày",), missing=None),
    ),
    build=_vendor,
    save=import_vendor,
)


def _certificate(values: Values) -> CertificateRow:
    first: date = values["valid_from"]
    return CertificateRow(
        values["vendor_code"],
        Paperwork(
            **plain(values, "scheme", "number", "issuer", "last_day", "stars"),
            valid_from=first,
            scope={"vi": values["scope"]} if values["scope"] else {},
        ),
        verified=values["verified"],
    )


CERTIFICATES = Sheet(
    "certificates",
    "Chứng nhận",
    also=("Giấy chứng nhận",),
    key=("vendor_code", "scheme", "number"),
    columns=(
        VENDOR_CODE,
        Column("scheme", "Chương trình", c.one_of(SCHEMES), required=True, also=("loại",)),
        Column("number", "Số", c.text(80), required=True, also=("số chứng nhận", "số hiệu")),
        Column("issuer", "Cơ quan cấp", c.text(160), required=True, also=("nơi cấp",)),
        Column("stars", "Số sao", c.number(1, 5), also=("hạng sao",), missing=None),
        Column("valid_from", "Có hiệu lực từ", c.day, required=True, also=("ngày cấp", "từ ngày")),
        Column("last_day", "Ngày cuối", c.day, also=("đến ngày", "hết hạn"), missing=None),
        Column("scope", "Phạm vi", c.text(200), also=("sản phẩm",)),
        Column("verified", "Đã xác minh", c.flag, missing=False),
    ),
    build=_certificate,
    save=import_certificate,
    points={"vendor_code": "vendors"},
)
