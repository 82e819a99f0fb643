"""Which key of this installation signs, as its settings name it."""

from kernel.settings import Settings
from vendors.services.decisions.keys import Key, KeyDevice, KeyFile


def key_of(settings: Settings) -> Key | None:
    """Return the key that the settings name; None when documents are signed outside."""
    if settings.signing_pkcs11_module:
        return KeyDevice(
            settings.signing_pkcs11_module,
            settings.signing_pkcs11_token,
            settings.signing_pkcs11_label,
            settings.signing_pkcs11_pin,
        )
    if settings.signing_p12:
        return KeyFile(settings.signing_p12, settings.signing_p12_password)
    return None
