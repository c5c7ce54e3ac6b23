"""``python -m jupyter_easymaker.runner``: run the plan of the job this process is a node of."""

import sys

from .run import main

if __name__ == "__main__":
    sys.exit(main())
