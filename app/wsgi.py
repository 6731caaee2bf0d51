"""The API for a web server on one machine: `granian --interface wsgi app.wsgi:app`."""

import os

# First: see [Note: Imported undisturbed] there.
from app.lambda_handlers import start_collecting

# isort: split
from app.api.app import create_app
from app.clients.aws.lightweight import Caller, SecurityTokenService
from app.http.dependencies import build_parts
from app.observability.logging import set_up_logging
from app.settings import Settings

_settings = Settings.from_environment(os.environ)
set_up_logging(_settings.log_level)
_sts = SecurityTokenService(Caller.from_environment(os.environ))
app = create_app(build_parts(_settings, sts=_sts))
start_collecting()
