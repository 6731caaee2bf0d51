"""Network address and browser of the client that sent a request."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from flask import request


@dataclass(frozen=True, kw_only=True)
class ClientInfo:
    """An address and what the browser calls itself; neither proves anything."""

    ip: str
    user_agent: str

    @property
    def network(self) -> str:
        """What one household or attacker holds."""
        return network_of(self.ip)

    @property
    def wider_network(self) -> str | None:
        """48 bits of an IPv6 address, which one customer of a provider may hold; else None."""
        if ":" not in self.network:
            return None
        return str(ip_network(self.network).supernet(new_prefix=48))


def network_of(ip: str) -> str:
    """What one household or attacker holds: an IPv4 address, or 64 bits of an IPv6 one."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))


def visitor() -> ClientInfo:
    """The visitor of this request. Their address is what our own front doors saw (api/app.py)."""
    return ClientInfo(
        ip=(request.remote_addr or "")[:45],
        user_agent="".join(c for c in request.user_agent.string if c.isprintable())[:255],
    )
