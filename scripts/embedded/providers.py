"""Which OpenID providers people sign in with: those that a person has set, or Demo ID."""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.embedded.demo_id import CLIENT_ID
from scripts.embedded.environment import kept_environment
from scripts.embedded.ports import free_ports
from scripts.embedded.processes import Part, Program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.embedded.folder import DataFolder
    from scripts.embedded.processes import Crew

_PORT = "demo-id"


@dataclass(frozen=True, kw_only=True)
class DemoId:
    """The provider for trying out."""

    port: int
    site_origin: str
    secret: str
    secret_file: Path

    @classmethod
    def of(cls, folder: DataFolder, *, site_origin: str, but: int) -> DemoId:
        """Prepare it on the port that it had, so that its people are known again."""
        (port,) = free_ports(1, wanted=folder.recall(_PORT, []), but=but)
        folder.keep(_PORT, [port])
        secret, secret_file = secrets.token_urlsafe(32), folder.path / "demo-id-secret"
        secret_file.touch(mode=0o600)
        secret_file.write_text(secret)
        return cls(port=port, site_origin=site_origin, secret=secret, secret_file=secret_file)

    @property
    def address(self) -> str:
        """Where it answers; another host than the site's, so that it never sees a cookie of it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def discovery_url(self) -> str:
        """Where it says what it is."""
        return f"{self.address}/.well-known/openid-configuration"

    def start(self, crew: Crew) -> Part:
        """Start it."""
        words = [str(self.port), self.site_origin, str(self.secret_file)]
        return crew.start(
            Program(
                name="demo-id",
                command=[sys.executable, "-m", "scripts.embedded.demo_id", *words],
                environment=kept_environment(),
                directory=Path(__file__).parents[2],
            )
        )

    def settings(self) -> dict[str, str]:
        """What the API is told."""
        return {
            "OIDC_PROVIDERS": "demo",
            "OIDC_DEMO_LABEL": "Demo ID",
            "OIDC_DEMO_CLIENT_ID": CLIENT_ID,
            "OIDC_DEMO_CLIENT_SECRET": self.secret,
            "OIDC_DEMO_DISCOVERY_URL": self.discovery_url,
            "OIDC_DEMO_IS_DEMO": "1",
        }


def providers_of_person(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the provider settings that a person has set; none where they have set none."""
    if not environment.get("GOOGLE_CLIENT_ID") and not environment.get("OIDC_PROVIDERS"):
        return {}
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(("GOOGLE_CLIENT_", "GOOGLE_LABEL", "OIDC_"))
    }
