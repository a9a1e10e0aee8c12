"""``python -m manekko``: the same as the ``manekko`` command."""

import sys

from manekko.cli import main

if __name__ == "__main__":
    sys.exit(main())
