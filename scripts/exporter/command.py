"""The command: learn what changed, fetch and write it, and say whether the folder is whole."""

import argparse
import shutil
import sys
import threading
from pathlib import Path

from scripts.exporter.albums import refresh_albums, write_albums
from scripts.exporter.files import clear_parts
from scripts.exporter.journal import FolderBusyError, Journal
from scripts.exporter.mirror import Mirror, Outcome, is_of_this_library, mark_lost, refresh
from scripts.exporter.verify import verify
from scripts.importer.client import Api, ApiError, UnreachableError, WrongSiteError
from scripts.importer.progress import Progress
from scripts.importer.report import size_in_words
from scripts.importer.terminal import (
    AWAY,
    DONE,
    NOT_WHOLE,
    STOPPED,
    WRONG_USE,
    positive,
    read_token,
    stopping,
)

_TOLD = 20
_AGAIN = "Run the same command again: it goes on where it stopped."


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    chosen = _parser().parse_args(arguments)
    progress = Progress()
    stop = threading.Event()
    try:
        with stopping(stop, progress):
            return _Export(chosen, progress, stop).run()
    except (FolderBusyError, WrongSiteError, NotADirectoryError, FileExistsError) as error:
        progress.say(str(error))
        return WRONG_USE
    except UnreachableError as error:
        progress.say(f"{error} {_AGAIN}")
        return AWAY
    except ApiError as error:
        progress.say(f"The site refuses: {error}")
        return NOT_WHOLE
    except OSError as error:  # the disk is full, or taken away
        progress.say(f"The folder cannot be written: {error}. {_AGAIN}")
        return NOT_WHOLE
    except KeyboardInterrupt:
        progress.say(f"Stopped. {_AGAIN}")
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="export",
        description="Mirror a library into a folder: originals by month, what is known of each"
        " beside it, albums as lists. Run again, it fetches what changed. It deletes nothing.",
        epilog="The access token is read from PINHOLE_TOKEN, or asked for; the scope `read` is"
        " enough. See docs/exports.md.",
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("--site", required=True, metavar="URL", help="the address of the site")
    parser.add_argument(
        "--links", action="store_true", help="make a folder of links for each album, too"
    )
    parser.add_argument(
        "--delete",
        action="store_true",
        help="delete files of pictures that were deleted for good on the site; else they stay in"
        " the folder Recently deleted",
    )
    parser.add_argument(
        "--verify", action="store_true", help="read all files at the end, and compare their SHA-256"
    )
    parser.add_argument(
        "--parallel", type=positive, default=6, metavar="N", help="files at a time (6)"
    )
    parser.add_argument(
        "--patience",
        type=positive,
        default=60,
        metavar="MINUTES",
        help="how long a network that is away is waited for (60)",
    )
    return parser


class _Export:
    """One run of the command."""

    def __init__(
        self, chosen: argparse.Namespace, progress: Progress, stop: threading.Event
    ) -> None:
        self._chosen = chosen
        self._progress = progress
        self._stop = stop

    def run(self) -> int:
        """Learn, fetch, write, prove."""
        api = Api(
            self._chosen.site,
            read_token(),
            patience=60.0 * self._chosen.patience,
            tell=self._progress.say,
            stop=self._stop,
        )
        api.ask("GET", "/api/images?limit=1")  # a wrong token is told before anything is made
        self._chosen.folder.mkdir(parents=True, exist_ok=True)
        with Journal(self._chosen.folder) as journal:
            if not is_of_this_library(api, journal):
                self._progress.say(
                    f"None of the pictures in {journal.folder} is in this account: it holds"
                    " the library of another account. Name another folder."
                )
                return WRONG_USE
            clear_parts(journal.folder)
            lost = mark_lost(journal.folder, journal)
            if lost:
                self._progress.say(f"{lost:,} files are missing or changed here: fetched again.")
            refresh(api, journal)
            refresh_albums(api, journal)
            if not self._has_room(journal):
                return NOT_WHOLE
            return self._write(api, journal)

    def _has_room(self, journal: Journal) -> bool:
        """Whether what is to be fetched fits; better said before than halfway."""
        (size,) = journal.db.execute(
            "SELECT ifnull(sum(size), 0) FROM images WHERE is_due AND NOT is_gone"
            " AND mtime_ns IS NULL"
        ).fetchone()
        free = shutil.disk_usage(journal.folder).free
        if size > free:
            self._progress.say(
                f"{size_in_words(size)} are to be fetched, and {size_in_words(free)} are free"
                f" in {journal.folder}. Nothing was done."
            )
        return bool(size <= free)

    def _write(self, api: Api, journal: Journal) -> int:
        (self._due,) = journal.db.execute("SELECT count(*) FROM images WHERE is_due").fetchone()
        mirror = Mirror(
            api,
            journal,
            parallel=self._chosen.parallel,
            deletes=self._chosen.delete,
            tell=self._tell,
            stop=self._stop,
        )
        outcome = mirror.run()
        api.connections.close_all()
        if self._stop.is_set():
            raise KeyboardInterrupt
        albums = write_albums(journal, links=self._chosen.links)
        return self._tell_result(journal, outcome, albums)

    def _tell(self, outcome: Outcome) -> None:
        done = outcome.downloaded + outcome.found + outcome.written
        self._progress.show(
            f"{done:,} of {self._due:,} pictures; {size_in_words(outcome.size)} fetched"
        )

    def _tell_result(self, journal: Journal, outcome: Outcome, albums: int) -> int:
        problems = list(outcome.problems)
        print(
            f"Fetched {outcome.downloaded:,} ({size_in_words(outcome.size)});"
            f" {outcome.found:,} were here; of {outcome.written:,} what is known was written anew."
        )
        if outcome.moved_out:
            print(f"{outcome.moved_out:,} were deleted on the site, and lie in Recently deleted.")
        if outcome.kept_aside:
            print(f"{outcome.kept_aside:,} were changed here: fetched again, and kept beside.")
        if outcome.left:
            print(f"{outcome.left:,} sidecars here are not the site's, and were left as they are.")
        if outcome.removed:
            print(f"{outcome.removed:,} were deleted here, as they were on the site.")
        if outcome.kept_of_gone:
            print(
                f"{outcome.kept_of_gone:,} files of those are not as the site had them: they stay"
                " in Recently deleted."
            )
        (here,) = journal.db.execute(
            "SELECT count(*) FROM images WHERE path IS NOT NULL AND NOT is_gone"
        ).fetchone()
        print(f"{here:,} pictures and {albums:,} albums are in {journal.folder}.")
        if self._chosen.verify:
            problems += self._verify(journal)
        for line in problems[:_TOLD]:
            self._progress.say(f"  {line}")
        if len(problems) > _TOLD:
            self._progress.say(f"  and {len(problems) - _TOLD:,} more")
        print("Everything is here." if not problems else "Not everything is here: see above.")
        sys.stdout.flush()
        return NOT_WHOLE if problems else DONE

    def _verify(self, journal: Journal) -> list[str]:
        verified = verify(
            journal,
            tell=lambda right: self._progress.show(f"Compared {right:,} files."),
            stop=self._stop.is_set,
        )
        if self._stop.is_set():
            raise KeyboardInterrupt
        print(f"{verified.right:,} files have the SHA-256 that was uploaded.")
        return [f"{path}: its bytes have changed; run this again" for path in verified.wrong]
