"""``python -m jupyter_easymaker.batch``: be a pod of the batch inference whose plan is in the job's directory."""

import sys

from .run import main

if __name__ == "__main__":
    sys.exit(main())
