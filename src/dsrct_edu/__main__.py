"""``python -m dsrct_edu`` is the command ``dsrct-edu``."""

import sys

from dsrct_edu.cli import main

sys.exit(main())
