"""`python -m mtdsl`."""

import sys

from mtdsl.cli import main

if __name__ == "__main__":
    sys.exit(main())
