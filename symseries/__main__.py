"""Run the command line: python -m symseries."""

import sys

from symseries.cli import main

if __name__ == "__main__":
    sys.exit(main())
