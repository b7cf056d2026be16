"""A container's healthcheck: exit status 0 when the inner port says ready."""

import os
import sys
import urllib.request

PATH = sys.argv[1] if len(sys.argv) > 1 else "/readyz"

with urllib.request.urlopen(
    f"http://127.0.0.1:{os.environ['INNER_PORT']}{PATH}", timeout=4
) as answer:
    sys.exit(0 if answer.status == 200 else 1)
