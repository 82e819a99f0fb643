"""Who acts: handed to every use case that decides who may."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.errors import NotAllowed, NotFound

OFFICE = frozenset({"reviewer", "approver", "statistics"})
ROLES = OFFICE | {"finance", "operator"}
VENDOR_ROLES = frozenset({"owner", "seller", "recorder", "finance"})


@dataclass(frozen=True)
class Actor:
    """A person (or the house itself) with roles, as read once per request.

    ``memberships`` maps the id of a vendor to this person's roles there.
    """

    user_id: str | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    memberships: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def has(self, *roles: str) -> bool:
        """Tell whether the actor holds one of these house-wide roles."""
        return not self.roles.isdisjoint(roles)

    def serves(self, vendor_id: str, *roles: str) -> bool:
        """Tell whether the actor has one of these roles at a vendor (an owner has all)."""
        held = self.memberships.get(vendor_id, frozenset())
        return "owner" in held or not held.isdisjoint(roles)

    def need(self, *roles: str) -> None:
        """Refuse whoever holds none of these house-wide roles.

        :raises NotAllowed: then.
        """
        if not self.has(*roles):
            raise NotAllowed

    def need_at(self, vendor_id: str, *roles: str) -> None:
        """Refuse whoever does not serve this vendor in one of these roles.

        :raises NotFound: for a stranger, who must not learn that the thing exists.
        :raises NotAllowed: for a member without the role.
        """
        if vendor_id not in self.memberships:
            raise NotFound
        if not self.serves(vendor_id, *roles):
            raise NotAllowed


HOUSE = Actor(name="house")
"""The house itself: jobs and handlers."""

GUEST = Actor()
"""Somebody who is not signed in."""
