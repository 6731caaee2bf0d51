"""The environment variables that the launcher passes to its processes."""

from __future__ import annotations

import os

# Everything else stays out: a shell's AWS keys, PG* and PYTHON* variables, tokens of other tools.
_KEPT = (
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "PATH",
    "TMPDIR",
    "TZ",
    "USER",
    # How this machine reaches the internet: the model's address is called through it.
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "all_proxy",
    "http_proxy",
    "https_proxy",
)


def kept_environment() -> dict[str, str]:
    """Return the variables that every part starts with."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    beyond = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    no_proxy = ",".join(filter(None, ["127.0.0.1", "localhost", "::1", beyond]))
    return {
        **kept,
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        # A person's own AWS profile must not reach in.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONUNBUFFERED": "1",
    }
