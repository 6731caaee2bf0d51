"""Guesses passwords over HTTP: `python -m tests.support.password_guesser EMAIL COUNT NETWORK …`.

A program, since guesses come from many machines at once. Takes the addresses in turn and says
another network in front of its own with each guess; prints the statuses, one a line.
"""

import json
import sys
from http.client import HTTPConnection
from ipaddress import IPv4Address
from urllib.parse import urlsplit

SITE_ORIGIN = "http://localhost:8000"


def main(email: str, count: str, network: str, *addresses: str) -> None:
    """Guess, and never rightly."""
    for number in range(int(count)):
        connection = HTTPConnection(urlsplit(addresses[number % len(addresses)]).netloc, timeout=60)
        forged = IPv4Address(int(IPv4Address("192.0.2.0")) + number)
        headers = {
            "Content-Type": "application/json",
            "Origin": SITE_ORIGIN,
            "X-Forwarded-For": f"{forged}, {network}",
        }
        body = {"email": email, "password": f"guess number {number} of {network}"}
        connection.request("POST", "/api/auth/login", json.dumps(body), headers)
        sys.stdout.write(f"{connection.getresponse().status}\n")
        connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
