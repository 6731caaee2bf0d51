"""What every test stands on: a clean environment, no network but loopback, one embedded stack."""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import httpcore2
import pytest
from pytest_socket import socket_allow_hosts

from scripts.embedded.stack import EmbeddedStack

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE_ORIGIN = "http://localhost:8000"

# Whoever runs the tests may have keys and servers of their own in the shell: none of it reaches in.
for _name in list(os.environ):
    if _name.startswith(("AWS_", "GOOGLE_", "OIDC_", "OPENAI_", "PG")):
        del os.environ[_name]
os.environ |= {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost,::1",
}
# Each client reads all certificate authorities, 27 ms of CPU: here they are read once.
httpcore2.default_ssl_context = cache(httpcore2.default_ssl_context)

# [Note: Memory of processes that run tests] Such a process grew to 1.5 GB. An error among a
# test's parameters outlives the test, and its traceback held two apps with their clients of AWS, 25
# MB each time. And glibc keeps what was freed: of the 380 MB after decoding in tests of media 270
# were free. Both are given back, the latter after each file. An app that a test made is a cycle,
# and holds its connections until it is collected: beside 8,000 tests that is seldom, and a database
# takes 100. So what was there before the first test is passed over, and the rest is collected after
# each file.
_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only


def pytest_runtest_setup() -> None:
    """Refuse every connection that leaves this machine."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what is there for good out of later collections."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Free what a test used: see [Note: Memory of processes that run tests]."""
    callspec = getattr(item, "callspec", None)
    for value in callspec.params.values() if callspec else ():
        if isinstance(value, BaseException):
            value.__traceback__ = None
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        if _malloc_trim:
            _malloc_trim(0)


@contextmanager
def _data_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pinhole-"))
    folder.chmod(0o711)  # as root, PostgreSQL passes through as another user
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A folder for a stack of the test's own. Not below pytest's, which only its owner enters."""
    with _data_folder() as folder:
        yield folder


@contextmanager
def running_stack() -> Iterator[EmbeddedStack]:
    """PostgreSQL and AWS, provisioned and empty, in a folder that goes with them."""
    with (
        _data_folder() as folder,
        EmbeddedStack(data=folder, site_origin=SITE_ORIGIN, careless=True) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """PostgreSQL and AWS: one for each process that runs tests."""
    with running_stack() as running:
        yield running
