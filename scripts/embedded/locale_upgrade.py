"""Moving a cluster that knows only ASCII's letters into one that knows all of them.

Clusters were made with lc_ctype C at first. Under it pg_trgm sees no letter beyond ASCII and full
text glues words at curly quotes (docs/decisions/0030), and no command changes it in a cluster that
is there. So at the next start everything is copied into a new one, compared, and put in its place.

[Note: Where the copy stands] Each step ends with a rename, so that kill -9 leaves one of these:

    postgres, postgres.copying     the copy is not whole: it is deleted and begun anew
    postgres, postgres.copied      the copy is whole and compared: it takes the place
    postgres.former, postgres.copied   the same, a moment later
    postgres, postgres.former      it has its place: once it answers, the former is deleted
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from dataclasses import replace
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg2

from scripts.embedded.errors import PartEndedError, StartError, StopRequestedError
from scripts.embedded.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.embedded.postgres import Postgres
    from scripts.embedded.processes import Crew, Part

# What of the product's own there is, and what is in it: one row each, as text.
_RELATIONS = """
    SELECT relkind::text || ' ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' '
        || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'grant ' || relname || ' ' || grantee::regrole || ' ' || privilege_type
        FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'grant ' || grantee::regrole || ' ' || privilege_type
        FROM pg_database, aclexplode(datacl) WHERE datname = current_database()
    UNION ALL SELECT 'setting ' || setrole::regrole || ' ' || setconfig::text
        FROM pg_db_role_setting
    UNION ALL SELECT 'extension ' || extname || ' ' || extversion FROM pg_extension
    ORDER BY 1"""
# Who may do what with the database itself, which pg_dump leaves to whoever makes it.
_GRANTS = """
    SELECT format('GRANT %s ON DATABASE %I TO %s', privilege_type, datname, grantee::regrole)
    FROM pg_database, aclexplode(datacl)
    WHERE datname = current_database() AND grantee NOT IN (0, datdba)"""
_TABLES = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"""
_CONTENT = "SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM public.{} AS t"


def start_upgraded(postgres: Postgres, crew: Crew, *, say: Callable[[str], None]) -> None:
    """Start a cluster, made now if there is none, and move it first if it is an old one.

    Raises:
        StartError, PartEndedError: it does not start.
    """
    upgrade = LocaleUpgrade(postgres, say=say)
    upgrade.resume()
    part = postgres.start(crew)
    crew.wait_until(postgres.answers, what="PostgreSQL")
    upgrade.finish(part, crew)


class LocaleUpgrade:
    """The move of one cluster, whose folder the caller has locked."""

    def __init__(self, postgres: Postgres, *, say: Callable[[str], None]) -> None:
        """Look at nothing yet; `say` tells people how far it is."""
        self._postgres = postgres
        self._say = say
        folder = postgres.folder
        self._copying = folder.with_name(f"{folder.name}.copying")
        self._copied = folder.with_name(f"{folder.name}.copied")
        self._former = folder.with_name(f"{folder.name}.former")

    def resume(self) -> None:
        """Bring what a killed start left behind to a state that can be served.

        See [Note: Where the copy stands].
        """
        shutil.rmtree(self._copying, ignore_errors=True)
        if self._copied.exists():
            self._take_place()

    def finish(self, part: Part, crew: Crew) -> None:
        """Copy the cluster that runs as `part` if it is an old one, and run the copy instead.

        When that fails, the old one goes on: nothing of it was touched.

        Raises:
            StartError: the cluster that is to serve does not start.
        """
        if not self._postgres.is_ascii_only():
            shutil.rmtree(self._former, ignore_errors=True)
            return
        self._say("The database is moved so that search knows all letters; this happens once.")
        try:
            self._copy(crew)
        except StopRequestedError:
            raise
        except (PartEndedError, StartError, OSError, psycopg2.Error) as error:
            shutil.rmtree(self._copying, ignore_errors=True)
            self._say(
                f"It could not be moved, and goes on as it was: nothing is lost. {error} "
                "The next start tries again."
            )
            return
        crew.stop(part)
        self._copying.rename(self._copied)
        _flush(self._copied.parent)
        self._take_place()
        self._postgres.start(crew)
        crew.wait_until(self._postgres.answers, what="PostgreSQL")
        shutil.rmtree(self._former, ignore_errors=True)
        self._say("The database has been moved.")

    def _take_place(self) -> None:
        folder = self._postgres.folder
        if folder.exists():
            shutil.rmtree(self._former, ignore_errors=True)
            folder.rename(self._former)
            _flush(folder.parent)
        self._copied.rename(folder)
        _flush(folder.parent)

    def _copy(self, crew: Crew) -> None:
        """Make the copy and compare it; nothing else may use the database meanwhile.

        Raises:
            StartError: it could not be made, or is not the same.
        """
        (port,) = free_ports(1, but=self._postgres.port)
        new = replace(self._postgres, folder=self._copying, port=port)
        part = new.start(crew, name="postgres-copy")
        try:
            crew.wait_until(new.answers, what="The new PostgreSQL")
            new.provide_database()
            self._transfer(new)
            with (
                closing(psycopg2.connect(self._postgres.owner_url)) as before,
                closing(psycopg2.connect(new.owner_url)) as after,
            ):
                after.autocommit = True
                with before.cursor() as old, after.cursor() as cursor:
                    old.execute(_GRANTS)
                    for (grant,) in old.fetchall():
                        cursor.execute(grant)
                    cursor.execute("ANALYZE")
                if list(_all_of(before)) != list(_all_of(after)):
                    raise StartError("The copy of the database is not the same.")
        finally:
            crew.stop(part)

    def _transfer(self, new: Postgres) -> None:
        dump = _client(self._postgres, "pg_dump", "--format=custom")
        load = _client(new, "pg_restore", "--exit-on-error", "--no-owner", "--single-transaction")
        # Not on the command lines, which everybody on the machine can read.
        environment = {
            "PATH": os.defpath,
            "LC_ALL": "C",
            "PGPASSWORD": self._postgres.secrets.app_password,
        }
        with (
            TemporaryFile() as said,
            # Ctrl-C is the launcher's business.
            subprocess.Popen(
                dump,
                stdout=subprocess.PIPE,
                stderr=said,
                env=environment,
                start_new_session=True,
            ) as dumping,
        ):
            loaded = subprocess.run(
                load,
                stdin=dumping.stdout,
                capture_output=True,
                env=environment,
                check=False,
                start_new_session=True,
            )
            if dumping.stdout:
                dumping.stdout.close()  # else the one would wait for the other for ever
            dumping.wait()
            said.seek(0)
            complaints = said.read() + loaded.stderr
        if dumping.returncode or loaded.returncode:
            raise StartError(complaints.decode(errors="replace").strip())


def _client(postgres: Postgres, program: str, *options: str) -> list[str]:
    """Words that run a program as the product's own role: what is restored is its own then."""
    address = urlsplit(postgres.owner_url)
    return [
        str(postgres.programs / program),
        *options,
        f"--host={address.hostname}",
        f"--port={address.port}",
        f"--username={address.username}",
        f"--dbname={address.path[1:]}",
        "--no-password",
    ]


def _all_of(connection: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - psycopg2's
    """Everything that two databases must have in common, row for row."""
    with connection.cursor() as cursor:
        cursor.execute(_RELATIONS)
        yield from cursor.fetchall()
        cursor.execute(_TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(_CONTENT.format(table))  # its name was quoted by PostgreSQL
            yield (table, *cursor.fetchone())


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
