"""How long fifty people wait who sign in at once (THREATS 38).

`python -m tests.bench.logins http://localhost:8000/mailbox#KEY`, the address of the mailbox that a
running Pinhole printed; makes accounts there. Prints the median, the 95th percentile and the
longest wait, and the same of one by one.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from time import perf_counter

import httpx2

from tests.support.mailbox import join_by_mail, open_mailbox
from tests.support.users import PASSWORD

AT_ONCE = 50
PEOPLE = 10  # each in five browsers: addresses from one network get few mails


def main(mailbox: str) -> None:
    """Sign in at once, then one by one."""
    site, _, key = mailbox.partition("/mailbox#")
    with httpx2.Client(base_url=site, headers={"Origin": site}) as http:
        open_mailbox(http, key)
        emails = [join_by_mail(http) for _ in range(PEOPLE)]
    known = [_known_browser(site, emails[n % PEOPLE]) for n in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        _tell("fifty at once", list(threads.map(_wait, known)))
    _tell("one by one", [_wait(each) for each in known])


Browser = tuple[httpx2.Client, str]


def _known_browser(site: str, email: str) -> Browser:
    """A browser that signed in before, so that no limit on strangers is what is measured."""
    http = httpx2.Client(base_url=site, headers={"Origin": site}, timeout=60)
    _sign_in(http, email)
    return http, email


def _sign_in(http: httpx2.Client, email: str) -> None:
    body = {"email": email, "password": PASSWORD}
    http.post("/api/auth/login", json=body).raise_for_status()


def _wait(browser: Browser) -> float:
    start = perf_counter()
    _sign_in(*browser)
    return (perf_counter() - start) * 1e3


def _tell(name: str, waits: list[float]) -> None:
    cuts = quantiles(waits, n=20)
    print(f"{name}: median {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms, longest {max(waits):.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1])
