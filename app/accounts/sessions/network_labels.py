"""Label the network of a session, for example "The network you are in now".

It names no countries: see docs/decisions/0018. Whether it is the current network tells a user most.
"""

from ipaddress import ip_address

from app.accounts.client_info import ClientInfo, network_of


def place_words(ip: str, *, seen_by: ClientInfo) -> str:
    """Say where an address is."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "Unknown place"
    if address.is_loopback:
        return "This computer"
    if network_of(ip) == seen_by.network:
        return "The network you are in now"
    if address.is_private or address.is_link_local:
        return "A local network"
    return "Another network"
