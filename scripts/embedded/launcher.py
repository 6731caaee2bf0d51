"""Starting everything in order, watching over it, and ending it in order.

Runs in the product's environment; ./scripts/start makes that and then becomes this.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from scripts.embedded.aws import answers
from scripts.embedded.errors import StartError, StopRequestedError
from scripts.embedded.folder import DataFolder
from scripts.embedded.models import settings_of_person
from scripts.embedded.options import Options, parse
from scripts.embedded.ports import claim_site_port, free_ports
from scripts.embedded.product import Product
from scripts.embedded.progress import Progress
from scripts.embedded.providers import DemoId, providers_of_person
from scripts.embedded.reloading import Reloader
from scripts.embedded.restarting import Restarter
from scripts.embedded.stack import EmbeddedStack

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_EVERY_SECONDS = 0.25


class Launcher:
    """One run of Pinhole on this machine."""

    def __init__(self, options: Options) -> None:
        """Prepare a run; nothing starts yet."""
        self._options = options
        self._progress = Progress()
        self._stop_requested = False
        self._address = f"http://localhost:{options.port}"

    def run(self) -> int:
        """Run until asked to stop (0) or until something fails (1)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        try:
            with ExitStack() as open_until_the_end:
                self._run(open_until_the_end)
        except StopRequestedError:
            self._progress.say("Stopped.")
            return 0
        except StartError as error:
            self._progress.say(f"\n{error}\n\nEverything has been stopped.")
        return 1

    def _run(self, open_until_the_end: ExitStack) -> None:
        options = self._options
        # First of all: on other ports, what browsers hold would be signed for nobody.
        DataFolder(options.data).wait_until_free()
        claimed = claim_site_port(options.port)
        if claimed:
            open_until_the_end.enter_context(claimed)
        model = settings_of_person(os.environ)
        stack = EmbeddedStack(
            data=options.data,
            site_origin=self._address,
            openai="stand-in" if options.demo and not model else model,
            interrupted=lambda: self._stop_requested,
            say=self._progress.say,
        )
        open_until_the_end.callback(self._say_stopping)
        with self._progress.step("Database and embedded AWS"):
            open_until_the_end.enter_context(stack)
            providers = self._start_providers(stack)
        product = Product(
            stack=stack,
            providers=providers,
            site_port=options.port,
            api_port=free_ports(1, but=options.port)[0] if options.dev else options.port,
            is_dev=options.dev,
        )
        with self._progress.step("Migrations"):
            product.migrate()
        with self._progress.step("API, worker and site"):
            parts = [product.start_api(), product.start_worker()]
            if options.dev:
                product.start_vite()
            product.wait_until_served()
        stack.folder.announce(address=self._address)
        demo = None
        if options.demo:
            from scripts.embedded.demo import Demo  # noqa: PLC0415 - loads the picture libraries

            demo = Demo(stack=stack, address=self._address, progress=self._progress)
            demo.fill()
        self._say_ready(stack)
        if demo:
            demo.say_how_to_sign_in()
        reloader = Reloader(product, parts, progress=self._progress)
        self._watch(stack, each_time=reloader.look if options.dev else None)

    def _start_providers(self, stack: EmbeddedStack) -> dict[str, str]:
        """Return the settings of OpenID providers; without a person's own, Demo ID is started."""
        if own := providers_of_person(os.environ):
            return own
        demo_id = DemoId.of(stack.folder, site_origin=self._address, but=self._options.port)
        demo_id.start(stack.crew)
        stack.crew.wait_until(lambda: answers(demo_id.discovery_url), what="Demo ID")
        return demo_id.settings()

    def _watch(self, stack: EmbeddedStack, *, each_time: Callable[[], None] | None) -> None:
        restarter = Restarter(crew=stack.crew, say=self._progress.say)
        while True:
            restarter.restart_ended()
            if each_time:
                each_time()
            time.sleep(_LOOK_EVERY_SECONDS)

    def _say_ready(self, stack: EmbeddedStack) -> None:
        self._progress.say(f"\n  Pinhole is ready: {self._address}\n")
        self._progress.say(
            f"  Everything is kept in {stack.folder.path}; logs in {stack.folder.logs}."
        )
        mailbox = f"{self._address}/mailbox#{stack.mailbox_key}"
        self._progress.say(f"  No mail leaves this machine: read it at {mailbox}")
        self._progress.say("  Whoever has that address reads all of it; it is new at each start.")
        self._progress.say("  Ctrl-C stops it.\n")

    def _say_stopping(self) -> None:
        self._progress.say("Stopping ...")

    def _request_stop(self, *_: object) -> None:
        self._stop_requested = True


if __name__ == "__main__":
    sys.exit(Launcher(parse(sys.argv[1:])).run())
