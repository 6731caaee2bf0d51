"""Guesses a link's password: `python -m tests.support.share_guesser TOKEN COUNT NETWORKS SITE …`.

A program with four threads, since guesses come from many machines at once. Takes the networks,
which are separated by commas, and the addresses of sites in turn; prints the statuses, one a line.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.support.password_guesser import SITE_ORIGIN


def main(token: str, count: str, networks: str, *addresses: str) -> None:
    """Guess, and never rightly."""
    known = networks.split(",")

    def guess(number: int) -> int:
        connection = HTTPConnection(urlsplit(addresses[number % len(addresses)]).netloc, timeout=60)
        headers = {
            "Content-Type": "application/json",
            "Origin": SITE_ORIGIN,
            "X-Forwarded-For": known[number % len(known)],
        }
        body = {"token": token, "password": f"guess number {number} of {networks}"[:100]}
        connection.request("POST", "/api/shared/open", json.dumps(body), headers)
        status = connection.getresponse().status
        connection.close()
        return status

    with ThreadPoolExecutor(4) as at_once:
        for status in at_once.map(guess, range(int(count))):
            sys.stdout.write(f"{status}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
