"""The command: a plan first, then, after a yes, the import, and at the end the proof."""

import argparse
import hashlib
import os
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from math import inf
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from .apply import Applier, refresh
from .archives import UnreadableError
from .client import Api, ApiError, UnreachableError, WrongSiteError
from .journal import Journal, JournalBusyError
from .options import Accepted, Options
from .plan import make_plan
from .progress import Progress, Transfer
from .report import plan_lines, write_csv
from .scan import scan
from .terminal import (
    AWAY,
    DONE,
    NOT_WHOLE,
    STOPPED,
    WRONG_USE,
    agreed,
    positive,
    read_token,
    stopping,
)
from .undo import undo
from .upload import Result, Uploader
from .verify import Verified, verify
from .watch import Watcher

_TOLD = 20
_TRIED_AGAIN_AFTER = 300.0  # seconds, of what a watched folder could not bring


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    chosen = _parser().parse_args(arguments)
    progress = Progress()
    stop = threading.Event()
    try:
        with stopping(stop, progress):
            return _Import(chosen, progress, stop).run()
    except (UnreadableError, JournalBusyError, WrongSiteError) as error:
        progress.say(str(error))
        return WRONG_USE
    except UnreachableError as error:
        progress.say(f"{error} Run the same command again: it goes on where it stopped.")
        return AWAY
    except ApiError as error:
        progress.say(f"The site refuses: {error}")
        return NOT_WHOLE
    except KeyboardInterrupt:
        progress.say("Stopped. Run the same command again: it goes on where it stopped.")
        return STOPPED


def run() -> None:
    """Run the command as a program."""
    sys.exit(main(sys.argv[1:]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="import",
        description="Bring pictures, and what is known of them, from other programs' exports into"
        " Pinhole. Shows a plan first, and asks. Zips are read where they are.",
        epilog="The access token is read from PINHOLE_TOKEN, or asked for. Make one with the scope"
        " `write` in the settings of the site. See docs/importing.md.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="folders and zips")
    parser.add_argument("--site", required=True, metavar="URL", help="the address of the site")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="write the plan as CSV, too")
    parser.add_argument("--plan-only", action="store_true", help="show the plan, and do nothing")
    parser.add_argument(
        "--watch",
        action="store_true",
        help="stay, and bring what comes into the folders, without asking",
    )
    parser.add_argument(
        "--every",
        type=positive,
        default=15,
        metavar="SECONDS",
        help="how often --watch looks; a file is taken once two looks find it the same (15)",
    )
    parser.add_argument(
        "--undo",
        action="store_true",
        help="take back what this import added: into Recently deleted, for 30 days",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--albums-by-folder", action="store_true", help="make each folder of pictures an album"
    )
    parser.add_argument("--people", action="store_true", help="names of people become tags")
    parser.add_argument(
        "--no-name-tags", action="store_true", help="no tags WhatsApp, Signal and the like by names"
    )
    parser.add_argument("--trash", action="store_true", help="take what is in the trash there, too")
    parser.add_argument(
        "--locked", action="store_true", help="take the locked folder, too, into the archive"
    )
    parser.add_argument("--own-only", action="store_true", help="leave out what others shared")
    parser.add_argument(
        "--restore", action="store_true", help="bring back what is in Recently deleted on the site"
    )
    parser.add_argument(
        "--zone",
        type=_zone,
        default=None,
        metavar="ZONE",
        help="shows times that are known in UTC only; Europe/Berlin or the like (this machine's)",
    )
    parser.add_argument("--parallel", type=positive, default=6, metavar="N", help="files at a time")
    parser.add_argument(
        "--patience",
        type=positive,
        default=360,
        metavar="MINUTES",
        help="how long a network that is away is waited for (360)",
    )
    parser.add_argument("--journal", type=Path, metavar="FILE", help="where it notes what is done")
    return parser


def _zone(text: str) -> tzinfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text} is no time zone, as Europe/Berlin is") from None


class _Import:
    """One run of the command."""

    def __init__(
        self, chosen: argparse.Namespace, progress: Progress, stop: threading.Event
    ) -> None:
        self._chosen = chosen
        self._progress = progress
        self._stop = stop
        self._options = Options(
            zone=chosen.zone or _zone_of_this_machine(),
            albums_by_folder=chosen.albums_by_folder,
            people_as_tags=chosen.people,
            tags_by_name=not chosen.no_name_tags,
            with_trash=chosen.trash,
            with_locked=chosen.locked,
            own_only=chosen.own_only,
            restores=chosen.restore,
        )

    def run(self) -> int:
        """Plan, ask, bring, prove."""
        token = read_token()
        self._api = Api(
            self._chosen.site,
            token,
            patience=60.0 * self._chosen.patience,
            tell=self._progress.say,
            stop=self._stop,
        )
        self._api.ask("GET", "/api/images?limit=1")  # a wrong token is told before all is read
        with Journal(self._chosen.journal or self._journal_path()) as journal:
            # A token does not say whose it is: another one may be another person's.
            journal.belongs_to(f"{self._chosen.site} {hashlib.sha256(token.encode()).hexdigest()}")
            if self._chosen.undo:
                return self._take_back(journal)
            if self._chosen.watch:
                return self._watch(journal)
            self._plan(journal)
            if self._stop.is_set():
                return STOPPED
            if self._chosen.plan_only:
                return DONE
            if not self._chosen.yes and not agreed("Import this?"):
                self._progress.say("Nothing was done.")
                return DONE
            return self._bring(journal)

    def _watch(self, journal: Journal) -> int:
        """Bring whatever comes, until Ctrl-C or the end of the service. Nothing is deleted."""
        watcher = Watcher(self._chosen.paths)
        watched = ", ".join(map(str, self._chosen.paths))
        self._progress.say(f"Watching {watched}. New files are taken once they are left alone.")
        again_at = inf
        while not self._stop.is_set():
            if monotonic() > again_at:
                watcher.forget()
                again_at = inf
            settled = watcher.look()
            if settled is not None:
                try:
                    is_whole = self._bring_new(journal, settled)
                except (UnreachableError, UnreadableError) as error:
                    self._progress.say(f"{error} It is tried again.")
                    is_whole = False
                again_at = inf if is_whole else monotonic() + _TRIED_AGAIN_AFTER
            self._stop.wait(self._chosen.every)
        return DONE

    def _bring_new(self, journal: Journal, settled: frozenset[str]) -> bool:
        """Bring what is settled; return whether all of it arrived."""
        self._plan(journal, settled=settled)
        if self._stop.is_set():
            return False
        with suppress(KeyboardInterrupt):  # stopped meanwhile: the next start goes on
            return self._bring(journal) == DONE
        return False

    def _plan(self, journal: Journal, *, settled: frozenset[str] | None = None) -> None:
        scan(self._chosen.paths, journal, tell=self._tell_read, stop=self._stop, settled=settled)
        if self._stop.is_set():
            return
        refresh(self._api, journal)
        journal.doubt_what_is_not_there()
        if settled is None:  # a watched folder brings nothing back by itself
            journal.bring_back()
        uploads = self._api.ask("GET", "/api/auth/session")["uploads"]
        accepted = Accepted(
            types=frozenset(uploads["content_types"]), max_bytes=uploads["max_bytes"]
        )
        make_plan(journal, options=self._options, accepted=accepted)
        if settled is not None:  # a service's log says what came, and not all there is
            return
        self._progress.say("")
        for line in plan_lines(journal):
            print(line)
        sys.stdout.flush()
        if self._chosen.plan:
            write_csv(journal, self._chosen.plan)
            self._progress.say(f"Every file is in {self._chosen.plan}.")

    def _take_back(self, journal: Journal) -> int:
        (added,) = journal.db.execute("SELECT count(*) FROM done WHERE is_new").fetchone()
        if not added:
            print("Nothing is noted that this import added.")
            return DONE
        question = f"Delete the {added:,} pictures that this import added?"
        if not self._chosen.yes and not agreed(question):
            self._progress.say("Nothing was done.")
            return DONE
        undone = undo(self._api, journal)
        print(f"{undone.pictures:,} pictures are in Recently deleted, for 30 days.")
        print(f"{undone.albums:,} albums were deleted.")
        return DONE

    def _tell_read(self, count: int, total: int, path: str) -> None:
        self._progress.show(f"Reading: {count:,} of {total:,} files: {path}", always=count == total)

    def _bring(self, journal: Journal) -> int:
        files, size = journal.db.execute(
            "SELECT count(*), ifnull(sum(size), 0) FROM pictures p WHERE outcome = 'upload'"
            " AND NOT EXISTS (SELECT 1 FROM done d WHERE d.sha256 = p.sha256)"
        ).fetchone()
        transfer = Transfer(self._progress, files=files, size=size)
        uploader = Uploader(
            self._api,
            journal,
            parallel=self._chosen.parallel,
            tell=transfer.add,
            stop=self._stop,
        )
        result = uploader.run()
        if files:
            self._progress.say(transfer.line())
        applier = Applier(self._api, journal, options=self._options, stop=self._stop)
        applier.run(patience=600, tell=self._tell_known)
        if self._stop.is_set():
            raise KeyboardInterrupt
        refresh(self._api, journal)
        return self._tell_result(journal, result, applier.problems, verify(journal))

    def _tell_known(self, known: int, unread: int) -> None:
        if unread:
            self._progress.show(f"The site has read {known:,} pictures; {unread:,} wait there.")

    def _tell_result(
        self, journal: Journal, result: Result, problems: list[str], verified: Verified
    ) -> int:
        (broken,) = journal.db.execute(
            "SELECT count(*) FROM entries WHERE outcome = 'broken'"
        ).fetchone()
        for line in _first(verified.missing + problems):
            self._progress.say(f"  {line}")
        print(f"Uploaded {result.uploaded:,}; {result.found:,} were there.")
        print(f"{verified.verified:,} files are on the site, SHA-256 by SHA-256.")
        if verified.arrived:
            print(f"{verified.arrived:,} have arrived, and the site has not read them yet.")
        if verified.missing:
            print(f"{len(verified.missing):,} files are not on the site.")
        if broken:
            print(f"{broken:,} files could not be read here.")
        if result.stopped_by:
            print(result.stopped_by)
        is_whole = verified.is_whole and not broken and not problems
        print("Everything is there." if is_whole else "Not everything is there: see above.")
        return DONE if is_whole else NOT_WHOLE

    def _journal_path(self) -> Path:
        """One journal for the same paths and site."""
        named = sorted(str(path.absolute()) for path in self._chosen.paths)
        key = hashlib.sha256("\0".join([self._chosen.site, *named]).encode()).hexdigest()
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(state) / "pinhole-import" / f"{key[:16]}.sqlite"


def _first(lines: list[str]) -> list[str]:
    rest = [f"and {len(lines) - _TOLD:,} more"] if len(lines) > _TOLD else []
    return lines[:_TOLD] + rest


def _zone_of_this_machine() -> tzinfo:
    """The zone by its name where the system tells it: summer and winter differ."""
    with suppress(OSError, ValueError, KeyError):
        named = os.environ.get("TZ") or str(Path("/etc/localtime").resolve()).split("zoneinfo/")[-1]
        return ZoneInfo(named)
    return datetime.now().astimezone().tzinfo or UTC
