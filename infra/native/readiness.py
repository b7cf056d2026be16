"""Ask a started part over HTTP whether it is ready."""

import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from infra.native.ports import answers


def answers_ok(url: str, timeout_seconds: float = 2.0) -> bool:
    """Tell whether a GET is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_seconds) as answer:
            return answer.status == 200
    except (OSError, ValueError):
        return False


def reason(url: str) -> str:
    """Return in one line what a part says of itself, for the doctor."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return f"ready ({answer.status})"
    except urllib.error.HTTPError as exc:
        return f"not ready: {exc.read(500).decode(errors='replace')}"
    except OSError as exc:
        return f"does not answer: {exc}"


def ready_ports(ports: Iterable[int]) -> list[int]:
    """Return the inner ports that say they are ready."""
    open_ports = [port for port in ports if answers(port)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        ready = pool.map(lambda port: answers_ok(f"http://127.0.0.1:{port}/readyz"), open_ports)
        return [port for port, is_ready in zip(open_ports, ready, strict=True) if is_ready]
