"""A port that somebody else holds is a clear error before anything starts, not a log line after."""

from infra.native.plan import PORTS, BadSetting, Plan
from infra.native.ports import is_free


class PortTaken(BadSetting):
    """A port that Warren needs is held by another program."""


def refuse_taken_ports(plan: Plan) -> None:
    """Raise PortTaken, naming the port and the variable to set. Call while nothing of ours runs."""
    seen: dict[int, str] = {}
    for variable, _, size, what in PORTS:
        first = plan.port(variable)
        host = plan.values["BIND"] if variable == "PORT" else "127.0.0.1"
        for port in range(first, first + size):
            if port in seen:
                raise BadSetting(f"{variable} and {seen[port]} both use port {port}: change one.")
            seen[port] = variable
            if not is_free(port, host):
                raise PortTaken(message(variable, first, size, port, what))


def message(variable: str, first: int, size: int, port: int, what: str) -> str:
    """Return what is taken, that nothing was touched, and what to type."""
    span = f" (it needs {first} to {first + size - 1})" if size > 1 else ""
    return (
        f"Port {port}, meant for {what}{span}, is taken by another program, which was left alone. "
        f"End that program, or choose another port: make up {variable}={first + 10 * size}"
    )
