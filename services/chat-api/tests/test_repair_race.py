"""An answer by hand against a replay, 200 times: never two answers, whoever wins."""

import asyncio
import random
from collections import Counter

from sqlalchemy import func, select

from chat_api.tables import message

RACES = 200


async def test_a_human_answer_racing_a_replay_never_gives_two_answers(world, failing):
    bot = await world.bot(concurrency=1000)
    asker = await world.person()
    chance = random.Random(3)
    won: Counter[str] = Counter()
    await failing.operator()
    for number in range(RACES):
        place = await world.place(asker, bot)
        await world.say(asker, place)
        letter = await failing.again()
        old = next(one for one in await world.turns() if one.conversation_id == place)
        words = [world.outcome(old, "of the new run", run=2)]
        if number % 4 == 0:  # a second copy of the run that failed does better after all
            words.append(world.outcome(old, "of the old run"))

        async def soon(work):
            await asyncio.sleep(chance.random() * 0.01)
            return await work

        acted = [
            soon(failing.post(f"{letter.id}/replay")),
            soon(failing.post(f"{letter.id}/finish", reply={"body": "by hand"})),
        ]
        heard = [soon(world.gate.handle([one])) for one in words]
        chance.shuffle(acted)
        answers = await asyncio.gather(*acted, *heard)
        for run in (1, 2, 3):
            await world.gate.handle([world.outcome(old, f"late, of run {run}", run=run)])

        statuses = [one.status_code for one in answers if one is not None]
        assert set(statuses) <= {200, 409}
        assert statuses.count(200) <= 1
        said = await world.rows(
            select(message.c.slot, message.c.body).where(message.c.turn_id == old.id)
        )
        assert len(said) == 1, said
        won[said[0].body.split(", ")[-1]] += 1
    assert await world.value(select(func.count()).where(message.c.turn_id.isnot(None))) == RACES
    assert won["by hand"] > RACES / 10, won
    assert won["by hand"] < RACES * 9 / 10, won
