"""The API for a web server on one machine: `granian --interface wsgi app.handlers.local:app`."""

import os

from app.clients.calls import Caller, SecurityTokenService
from app.factory import create_app
from app.handlers import start_collecting
from app.logs import set_up_logging
from app.parts import build_parts
from app.settings import Settings

_settings = Settings.from_environment(os.environ)
set_up_logging(_settings.log_level)
_sts = SecurityTokenService(Caller.from_environment(os.environ))
app = create_app(build_parts(_settings, sts=_sts))
start_collecting()
