"""``python -m jupyter_easymaker.serving``: serve a model over HTTP."""

import sys

from .server import main

if __name__ == "__main__":
    sys.exit(main())
