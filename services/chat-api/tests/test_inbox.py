"""The inbox: what was taken already is known by its id. See tests/mutants.py."""

from chat_api import inbox
from warren.metrics import OUTCOMES_DOUBLE, OUTCOMES_LATE


async def test_an_id_is_new_once(world):
    async with world.store.engine.begin() as connection:
        assert await inbox.note(connection, ["a", "b", "a"]) == {"a", "b"}
    async with world.store.engine.begin() as connection:
        assert await inbox.note(connection, ["b", "c"]) == {"c"}


async def test_an_outcome_that_comes_again_is_a_double(world):
    ana, bot = await world.person(), await world.bot(name="twin")
    place = await world.place(ana, bot)
    await world.say(ana, place, "hello")
    (turn,) = await world.turns()
    outcome = world.outcome(turn, "hi")
    doubles = OUTCOMES_DOUBLE.labels("twin")._value.get()
    late = OUTCOMES_LATE.labels("twin")._value.get()

    await world.gate.handle([outcome])
    await world.gate.handle([outcome])

    assert OUTCOMES_DOUBLE.labels("twin")._value.get() == doubles + 1
    assert OUTCOMES_LATE.labels("twin")._value.get() == late, "it is no result of another run"
