"""`python -m pinhole_import`."""

import sys

from .command import main

sys.exit(main(sys.argv[1:]))
