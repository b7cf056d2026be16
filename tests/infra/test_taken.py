"""A taken port is a clear error that names the port and the variable to set."""

import socket
from pathlib import Path

import pytest

from infra.native.plan import PORTS, SETTINGS, BadSetting, Plan
from infra.native.ports import free_block
from infra.native.taken import PortTaken, refuse_taken_ports


def make_plan(tmp_path: Path, **values: str) -> Plan:
    """Return a plan whose ports are all free."""
    first = free_block(sum(size for _, _, size, _ in PORTS))
    ports: dict[str, str] = {}
    for variable, _, size, _ in PORTS:
        ports[variable] = str(first)
        first += size
    return Plan(tmp_path, {**SETTINGS, **ports, **values})


def test_free_ports_are_accepted(tmp_path: Path) -> None:
    refuse_taken_ports(make_plan(tmp_path))


@pytest.mark.parametrize(("variable", "offset"), [("PORT", 0), ("RABBITMQ_PORT", 3)])
def test_a_taken_port_is_named_with_its_variable(
    tmp_path: Path, variable: str, offset: int
) -> None:
    plan = make_plan(tmp_path)
    port = plan.port(variable) + offset
    with socket.create_server(("127.0.0.1", port)), pytest.raises(PortTaken) as caught:
        refuse_taken_ports(plan)

    assert f"Port {port}" in str(caught.value)
    assert f"make up {variable}=" in str(caught.value)


def test_one_port_for_two_parts_is_refused(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    same = Plan(tmp_path, {**plan.values, "GATEWAY_PORT": plan.values["CHAT_API_PORT"]})

    with pytest.raises(BadSetting, match="GATEWAY_PORT and CHAT_API_PORT both use port"):
        refuse_taken_ports(same)
