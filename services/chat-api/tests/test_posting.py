"""Posting on a real database: one transaction, one order, one message per key."""


async def test_a_message_to_a_bot_starts_its_turn(world):
    ana, bot = await world.person(), await world.bot()
    place = await world.place(ana, bot)

    shown = await world.say(ana, place, "hello")

    (turn,) = await world.turns()
    assert (turn.state, turn.run, turn.holds_door, turn.answers) == ("running", 1, True, [shown.id])
    assert await world.log(place) == [(1, "message.created"), (2, "turn.started")]
    created, started, command = world.shelf.take()
    assert created["message"] == shown.model_dump(mode="json")
    assert (started["turn_id"], started["stream"]) == (str(turn.id), True)
    assert (command["turn_id"], command["position"], command["kind"]) == (str(turn.id), 0, "draft")
    assert command["payload"]["messages"][-1] == {
        "id": str(shown.id),
        "user": "ana",
        "recipient": "echo",
        "body": "hello",
        "timestamp": command["payload"]["messages"][-1]["timestamp"],
    }
