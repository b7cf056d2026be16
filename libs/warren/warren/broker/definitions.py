"""The broker's definitions file, rendered from topology and rights: `python -m
warren.broker.definitions FILE`.

The same file is imported at boot by RabbitMQ 3.10 and 4.x. FILE holds the passwords: {"chat": "…",
…}.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from warren.broker.rights import ACCOUNTS
from warren.broker.topology import topology
from warren.contracts.base import JsonObject


def render(passwords: Mapping[str, str], vhost: str = "/", *, users: bool = True) -> JsonObject:
    """Return the definitions for one vhost. Raises KeyError when an account has no password.

    users=False leaves the accounts out, for a further vhost on a node that has them.
    """
    plan = topology()
    at: JsonObject = {"vhost": vhost, "durable": True, "auto_delete": False}
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {"name": one.name, "password": passwords[one.name], "tags": one.tags}
            for one in ACCOUNTS
        ]
        if users
        else [],
        "permissions": [
            {
                "user": one.name,
                "vhost": vhost,
                "configure": one.configure,
                "write": one.write,
                "read": one.read,
            }
            for one in ACCOUNTS
        ],
        "topic_permissions": [
            {
                "user": one.name,
                "vhost": vhost,
                "exchange": one.topic[0],
                "write": one.topic[1],
                "read": ".*",
            }
            for one in ACCOUNTS
            if one.topic
        ],
        "exchanges": [
            at | {"name": one.name, "type": one.kind, "arguments": {}} for one in plan.exchanges
        ],
        "queues": [at | {"name": one.name, "arguments": one.arguments} for one in plan.queues],
        "bindings": [
            {
                "source": one.exchange,
                "vhost": vhost,
                "destination": one.queue,
                "destination_type": "queue",
                "routing_key": one.key,
                "arguments": {},
            }
            for one in plan.bindings
        ],
        "policies": [
            {
                "name": one.name,
                "vhost": vhost,
                "pattern": one.pattern,
                "apply-to": one.applies_to,
                "priority": 0,
                "definition": one.settings,
            }
            for one in plan.policies
        ],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(render(json.loads(Path(sys.argv[1]).read_text())), indent=1) + "\n")
