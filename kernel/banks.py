"""Banks of Viet Nam by the number that transfers and VietQR codes use (BIN)."""

BANKS = {
    "970403": "Sacombank",
    "970405": "Agribank",
    "970407": "Techcombank",
    "970412": "PVcomBank",
    "970415": "VietinBank",
    "970416": "ACB",
    "970418": "BIDV",
    "970422": "MB",
    "970423": "TPBank",
    "970425": "ABBank",
    "970426": "MSB",
    "970428": "Nam A Bank",
    "970431": "Eximbank",
    "970432": "VPBank",
    "970436": "Vietcombank",
    "970437": "HDBank",
    "970440": "SeABank",
    "970441": "VIB",
    "970443": "SHB",
    "970448": "OCB",
    "970449": "LPBank",
    "970454": "BVBank",
}
"""Usual names of banks by number, issued to the end of 2023 (most used ones)."""
