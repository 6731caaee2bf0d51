"""Rate limits for each network, so that one network cannot use up a limit of the whole site."""

from app.accounts.client_info import visitor
from app.accounts.rate_limits.limiter import Counted, Limit

# A /48 holds 65,536 networks of /64 and may be one customer's: it gets what three of them get.
WIDER = 3


def for_network(limit: Limit, *, what: str = "") -> Counted:
    """What to count for the network of this request and, with IPv6, for the /48 around it.

    Args:
        limit: of one network.
        what: of which kind or for whom it is asked, where each is counted apart.
    """
    who = visitor()
    counted = [(limit, f"{who.network} {what}".rstrip())]
    if wider := who.wider_network:
        wide = Limit(
            name=f"{limit.name}-wide", burst=WIDER * limit.burst, every=limit.every / WIDER
        )
        counted.append((wide, f"{wider} {what}".rstrip()))
    return tuple(counted)
