"""Which device a sender is: in our own form by its code, in a foreign form by a name that was bound to it at that time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.clean import Device

NATIVE = "native"  # the form whose names are device codes
Name = tuple[str, str]  # form, name of the sender in it


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """A device had a name from `start_at` (included) to `end_at` (not included; None = it still has)."""

    device: Device
    start_at: datetime
    end_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """The devices of all tenants by code, and their names in foreign forms."""

    devices: Mapping[str, Device]
    names: Mapping[Name, tuple[Binding, ...]] = field(default_factory=dict)

    def find(self, form: str, name: str, at: datetime) -> Device | None:
        """Who it was at that instant; None = nobody we know."""
        if form == NATIVE:
            return self.devices.get(name)
        for binding in self.names.get((form, name), ()):
            if binding.start_at <= at and (binding.end_at is None or at < binding.end_at):
                return binding.device
        return None

    def known(self, form: str, name: str) -> bool:
        """Did the name ever mean anybody?"""
        return name in self.devices if form == NATIVE else (form, name) in self.names

    def of_tenant(self, tenant_id: str) -> "Registry":
        """Only what belongs to one tenant: everybody else's devices are strangers to it."""
        devices = {code: device for code, device in self.devices.items() if device.tenant_id == tenant_id}
        names = {name: tuple(one for one in held if one.device.code in devices) for name, held in self.names.items()}
        return Registry(devices=devices, names={name: held for name, held in names.items() if held})
