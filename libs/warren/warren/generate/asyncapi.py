"""Writes `docs/reference/asyncapi.json`: every message of the broker and of `/ws`, as AsyncAPI 3.0.

From the topology, the accounts' duties and the contract models: nothing in it is written twice.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from warren.broker import topology
from warren.contracts import control, failure, frames, inner, outcome, registry, slip
from warren.generate.schema import one_paragraph, schemas_of

TARGET = Path("docs/reference/asyncapi.json")


@dataclass(frozen=True)
class Spoken:
    """A message: its model and the AMQP type that names its version (None on the socket)."""

    model: type[BaseModel]
    type: str | None = None

    @property
    def name(self) -> str:
        """The message's name in the document."""
        return self.model.__name__


@dataclass(frozen=True)
class Spot:
    """An exchange, its key, and who sends which messages to it and receives them from where."""

    exchange: str
    address: str
    messages: tuple[Spoken, ...]
    senders: tuple[str, ...]
    receivers: tuple[str, ...]


LOGGED = (
    frames.MessageCreated,
    frames.MessageUpdated,
    frames.TurnStarted,
    frames.TurnFailed,
    frames.TurnEnded,
    frames.DraftCreated,
    frames.DraftDecided,
    frames.TakeoverChanged,
    frames.DecisionWanted,
    frames.ConversationCreated,
    frames.DeadLetterOpened,
)
BOTS = (
    Spoken(registry.BotCard, registry.BOT_PUBLISHED),
    Spoken(registry.BotTested, registry.BOT_TESTED),
)
HINTS = (frames.TurnProgress, frames.TurnDelta)
SOCKET_ONLY = (frames.Welcome, frames.Reset, frames.Ping, frames.Presence)

SPOTS: tuple[Spot, ...] = (
    Spot(
        topology.STEPS,
        "{kind}.{bot}",
        (Spoken(slip.StepCommand, slip.STEP_REQUESTED),),
        senders=("chat-api", "bot-runner"),
        receivers=("bot-runner",),
    ),
    Spot(
        topology.OUTCOMES,
        "{kind}.{bot}",
        (Spoken(outcome.Outcome, outcome.STEP_FINISHED),),
        senders=("bot-runner",),
        receivers=("chat-api",),
    ),
    Spot(
        topology.DEAD,
        "{kind}.{bot}",
        (Spoken(failure.Failure, failure.STEP_FAILED),),
        senders=("bot-runner",),
        receivers=("chat-api",),
    ),
    Spot(
        topology.EVENTS,
        "{event}.{subject}",
        (
            *(Spoken(model, frames.EVENT) for model in LOGGED),
            Spoken(inner.SessionEnded, frames.EVENT),
            *BOTS,
        ),
        senders=("chat-api", "registry"),
        receivers=("gateway-ws", "chat-api"),
    ),
    Spot(
        topology.PROGRESS,
        "{hint}.{turn}",
        tuple(Spoken(model, frames.PROGRESS) for model in HINTS),
        senders=("bot-runner",),
        receivers=("gateway-ws",),
    ),
    Spot(
        topology.CONTROL,
        "",
        (Spoken(control.Control, control.CONTROL),),
        senders=("chat-api",),
        receivers=("bot-runner",),
    ),
)

FROM_SERVER = tuple(Spoken(model) for model in (*LOGGED, *HINTS, *SOCKET_ONLY))
FROM_CLIENT = (Spoken(frames.Hello),)


def document() -> dict[str, Any]:
    """Return the document as data."""
    spoken = {one.name: one for spot in SPOTS for one in spot.messages}
    spoken = {one.name: one for one in (*FROM_SERVER, *FROM_CLIENT)} | spoken
    models = [spoken[name].model for name in sorted(spoken)]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Warren",
            "version": "1.0.0",
            "description": "What Warren's services say to each other over RabbitMQ, and to browsers"
            " over /ws. Written by `python -m warren.generate`; do not edit.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {"host": "localhost:26720", "protocol": "amqp", "protocolVersion": "0.9.1"},
            "gateway": {"host": "localhost:8080", "protocol": "ws"},
        },
        "channels": _channels(),
        "operations": dict(_operations()),
        "components": {
            "messages": {name: _message(spoken[name]) for name in sorted(spoken)},
            "schemas": schemas_of(models, "#/components/schemas/{model}"),
        },
    }


def render(root: Path) -> str:
    """Return the text of the document. root is not needed: it comes from the models alone."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _channels() -> dict[str, Any]:
    kinds = {one.name: one.kind for one in topology.topology().exchanges}
    channels: dict[str, Any] = {
        _id(spot.exchange): {
            "address": spot.address,
            "title": spot.exchange,
            "servers": [{"$ref": "#/servers/broker"}],
            "messages": _refs(spot.messages),
            "parameters": {
                name: {}
                for name in ("kind", "bot", "event", "subject", "hint", "turn")
                if f"{{{name}}}" in spot.address
            },
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {
                        "name": spot.exchange,
                        "type": kinds[spot.exchange],
                        "durable": True,
                        "autoDelete": False,
                        "vhost": "/",
                    },
                }
            },
        }
        for spot in SPOTS
    }
    channels["socket"] = {
        "address": "/ws",
        "title": f"WebSocket, subprotocol {frames.SUBPROTOCOL}",
        "servers": [{"$ref": "#/servers/gateway"}],
        "messages": _refs((*FROM_SERVER, *FROM_CLIENT)),
        "x-close-codes": close_codes(),
    }
    return channels


def close_codes() -> dict[str, int]:
    """Return the close codes of `/ws` by name."""
    return {name: code for name, code in vars(frames.CloseCode).items() if name.isupper()}


def _operations() -> Iterable[tuple[str, Mapping[str, Any]]]:
    for spot in SPOTS:
        for action, who in (("send", spot.senders), ("receive", spot.receivers)):
            for service in who:
                yield _operation(service, action, _id(spot.exchange), _share(service, action, spot))
    yield _operation("gateway-ws", "send", "socket", FROM_SERVER)
    yield _operation("gateway-ws", "receive", "socket", FROM_CLIENT)


def _share(service: str, action: str, spot: Spot) -> tuple[Spoken, ...]:
    """Return the messages of a spot that a service has to do with."""
    if spot.exchange != topology.EVENTS or (service, action) == ("gateway-ws", "receive"):
        return spot.messages
    bots = service == "registry" or action == "receive"
    return tuple(one for one in spot.messages if (one in BOTS) == bots)


def _operation(
    service: str, action: str, channel: str, messages: Iterable[Spoken]
) -> tuple[str, Mapping[str, Any]]:
    return f"{service}.{action}.{channel}", {
        "action": action,
        "title": f"{service} {action}s",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{one.name}"} for one in messages],
    }


def _message(one: Spoken) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": one.name,
        "summary": one_paragraph((one.model.__doc__ or "").split("\n\n")[0]) or one.name,
        "payload": {"$ref": f"#/components/schemas/{one.name}"},
    }
    if one.type:
        message["bindings"] = {"amqp": {"messageType": one.type, "contentEncoding": "utf-8"}}
    return message


def _refs(messages: Iterable[Spoken]) -> dict[str, Any]:
    return {one.name: {"$ref": f"#/components/messages/{one.name}"} for one in messages}


def _id(exchange: str) -> str:
    return exchange.removeprefix("warren.")
