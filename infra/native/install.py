"""First half of the native `make up`, run by the system's Python: install what is missing.

Standard library only. Each part looks first and says what it installs; nothing to do takes 0.1 s.
"""

import subprocess
import sys

from infra.native import python_environment
from infra.native.plan import ROOT
from infra.native.say import step, stop
from infra.native.system_packages import BROWSER, SERVERS, CannotInstall, install


def main(for_tests: bool) -> None:
    """Install Debian packages and the virtual environment; for_tests adds the browser."""
    try:
        install(SERVERS + BROWSER if for_tests else SERVERS, step)
        python_environment.ensure(ROOT, step)
    except CannotInstall as exc:
        stop(str(exc))
    except subprocess.CalledProcessError as exc:
        command = " ".join(str(word) for word in exc.cmd[:4])
        stop(f"`{command} …` failed with status {exc.returncode}; what it said is above.")


if __name__ == "__main__":
    main("--tests" in sys.argv[1:])
