"""The promises as queries over what is left when a mesh has come to rest: each returns its
violations.

Run after every test that breaks something. The numbers are those of the project's list of
invariants.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.mesh import SERVICE_TOKEN, Mesh
from warren.contracts.ids import COMMAND, message_id

REST_SECONDS = 30.0  # management figures lag by 5 s
ENDED = {"done", "cancelled", "answered", "dismissed"}
AT_REST = ENDED | {"waiting", "parked"}

Rows = Callable[..., Awaitable[list[dict[str, Any]]]]


GOOD_ENDS = ("done", "finished", "fallback")


async def violations(mesh: Mesh) -> list[str]:
    """Return every broken promise in plain words; empty when all hold."""
    url = mesh.chat_database.replace("postgresql+psycopg", "postgresql")
    async with await psycopg.AsyncConnection.connect(url) as connection:

        async def rows(query: str) -> list[dict[str, Any]]:
            async with connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(query.encode())
                return await cursor.fetchall()

        await come_to_rest(rows)
        found = [
            *await turns_have_one_end(rows),
            *await accepted_messages_have_turns(rows),
            *await replies_are_single(rows),
            *await seq_is_gapless(rows),
            *await logs_are_whole(rows),
            *await letters_fit_their_turns(rows),
            *await replays_add_nothing(rows),
            *await no_answer_after_a_persons(rows),
            *await approved_before_it_is_said(rows),
            *await what_waits_is_counted(rows),
            *await keys_are_the_steps(rows, mesh),
            *await outbox_is_empty(rows),
            *await logs_tell_no_secrets(rows, mesh),
        ]
    return found + await queues_are_empty(mesh)


async def come_to_rest(rows: Rows) -> None:
    """Wait until no turn runs or waits for the door, or the time is over."""
    for _ in range(int(REST_SECONDS / 0.2)):
        busy = await rows("select 1 from turn where state in ('running', 'queued') limit 1")
        open_rows = await rows("select 1 from outbox where published_at is null limit 1")
        if not busy and not open_rows:
            return
        await asyncio.sleep(0.2)


async def turns_have_one_end(rows: Rows) -> list[str]:
    """I1, I5: every turn has ended in one way, or waits plainly."""
    states = await rows("select id, bot, state, ended_at from turn")
    return [
        f"I1: turn {one['id']} of {one['bot']} is {one['state']}"
        for one in states
        if one["state"] not in AT_REST or (one["state"] in ENDED) != (one["ended_at"] is not None)
    ]


async def accepted_messages_have_turns(rows: Rows) -> list[str]:
    """I2: a person's message to a bot in a direct conversation is answered by exactly one turn of
    it."""
    found = await rows("""
        select m.id, b.username as bot, count(t.id) as turns
        from message m
        join conversation c on c.id = m.conversation_id and c.kind = 'direct'
        join account a on a.id = m.author_id and a.kind = 'person'
        join member p on p.conversation_id = c.id
        join account b on b.id = p.account_id and b.kind = 'bot'
        left join turn t on t.conversation_id = c.id and t.bot_id = b.id and m.id = any(t.answers)
        group by m.id, b.username having count(t.id) <> 1
    """)
    return [f"I2: message {one['id']} has {one['turns']} turns of {one['bot']}" for one in found]


async def replies_are_single(rows: Rows) -> list[str]:
    """I3: one posted message per (turn, step path, slot); ended turns of shipped shape have a
    reply."""
    found = await rows("""
        select turn_id, step_path, slot, count(*) from message where turn_id is not null
        group by 1, 2, 3 having count(*) > 1
    """)
    return [f"I3: {one['count']} messages at {one['turn_id']} {one['step_path']}" for one in found]


async def seq_is_gapless(rows: Rows) -> list[str]:
    """I4: the event log of each conversation counts 1, 2, 3 … to its last seq."""
    found = await rows("""
        select c.id, c.last_seq, count(o.seq) as events, min(o.seq) as first, max(o.seq) as last
        from conversation c left join outbox o on o.conversation_id = c.id and o.seq is not null
        group by c.id, c.last_seq
    """)
    return [
        f"I4: conversation {one['id']} has {one['events']} events up to seq {one['last_seq']}"
        for one in found
        if one["last_seq"]
        and (one["events"], one["first"], one["last"]) != (one["last_seq"], 1, one["last_seq"])
    ]


async def logs_are_whole(rows: Rows) -> list[str]:
    """I8, I10: a done turn's log has one good end for each step of its own bot, in order, all on
    its own revision unless a person chose another. Other bots' steps have a path."""
    found: list[str] = []
    for one in await rows("""
        select t.id, t.revision, t.steps, t.log, exists (
          select 1 from letter_act a join dead_letter l on l.id = a.letter_id
          where l.turn_id = t.id and a.revision is not null) as chosen
        from turn t where t.state = 'done'
    """):
        log = json.loads(bytes(one["log"]))
        own = [entry for entry in log if not entry["path"]]
        done = [entry["step"] for entry in own if entry["outcome"] in GOOD_ENDS]
        if done != [step["id"] for step in one["steps"]]:
            found.append(f"I8: turn {one['id']} was done as {done}")
        if not one["chosen"] and {entry["revision"] for entry in own} != {one["revision"]}:
            found.append(f"I10: turn {one['id']} ran on more than one revision")
        attempts = [entry for entry in log if entry["outcome"] in ("done", "retried", "dead")]
        tries = Counter((*entry["path"], entry["step"], entry["attempt"]) for entry in attempts)
        repeated = tries.most_common(1)
        if repeated and repeated[0][1] > 1:
            found.append(f"I8: turn {one['id']} has an attempt with two ends: {repeated[0][0]}")
    return found


async def letters_fit_their_turns(rows: Rows) -> list[str]:
    """I1, I2: a parked turn has exactly one letter to work on, and no other turn has one."""
    parked = await rows("""
        select t.id, count(l.id) as letters from turn t
        left join dead_letter l on l.turn_id = t.id and l.status = 'open'
        where t.state = 'parked' group by t.id having count(l.id) <> 1
    """)
    wrong = await rows("""
        select l.reference, l.status, t.state from dead_letter l join turn t on t.id = l.turn_id
        where (l.status = 'open' and t.state <> 'parked')
           or (l.status = 'replaying' and t.state not in ('running', 'waiting'))
           or (l.status in ('resolved', 'answered', 'dismissed', 'cancelled')
               and t.state not in ('done', 'answered', 'dismissed', 'cancelled'))
    """)
    return [f"I1: parked turn {one['id']} has {one['letters']} open letters" for one in parked] + [
        f"I1: letter {one['reference']} is {one['status']}, its turn {one['state']}"
        for one in wrong
    ]


async def replays_add_nothing(rows: Rows) -> list[str]:
    """I6: nothing was sent for a turn that had ended, and no turn says more than its pipeline
    does."""
    late = await rows("""
        select l.reference, a.kind from letter_act a join dead_letter l on l.id = a.letter_id
        join turn t on t.id = l.turn_id
        where t.state in ('done', 'answered') and a.kind in ('replayed', 'edited', 'finished')
          and a.at > t.ended_at
    """)
    many = await rows("""
        select t.id, count(m.id) as said from turn t join message m on m.turn_id = t.id
        group by t.id having count(m.id) > greatest(1, (select count(*) from json_array_elements(
          t.steps) step where step ->> 'kind' = 'reply'))
    """)
    return [f"I6: letter {one['reference']} was {one['kind']} after its end" for one in late] + [
        f"I6: turn {one['id']} said {one['said']} things" for one in many
    ]


async def no_answer_after_a_persons(rows: Rows) -> list[str]:
    """I7: after a person's answer the bot says nothing more in that turn, and it stays answered."""
    found = await rows("""
        select distinct t.id, t.state from message h join turn t on t.id = h.turn_id
        left join message m on m.turn_id = t.id and m.by_hand is null and m.seq > h.seq
        where h.by_hand is not null and (m.id is not null or t.state not in ('answered', 'done'))
    """)
    return [f"I7: turn {one['id']} ({one['state']}) went on after an answer" for one in found]


async def approved_before_it_is_said(rows: Rows) -> list[str]:
    """I13: what a bot that needs approval said, a person approved or wrote."""
    found = await rows("""
        select m.id, t.bot from message m join turn t on t.id = m.turn_id
        where t.approval and m.approved_by is null and m.by_hand is null
    """)
    return [f"I13: {one['bot']} said message {one['id']} without approval" for one in found]


async def what_waits_is_counted(rows: Rows) -> list[str]:
    """I14: a turn waits for as many decisions as it has, and only an open turn waits."""
    found = await rows("""
        select t.id, t.state, t.undecided, count(d.id) as waiting
        from turn t left join decision d on d.turn_id = t.id and d.status = 'waiting'
        group by t.id having count(d.id) <> t.undecided
          or (count(d.id) > 0 and t.state not in ('running', 'waiting', 'parked'))
          or (count(d.id) = 0 and t.state = 'waiting')
    """)
    return [
        f"I14: turn {one['id']} is {one['state']} with {one['waiting']} decisions that wait, and"
        f" counts {one['undecided']}"
        for one in found
    ]


async def keys_are_the_steps(rows: Rows, mesh: Mesh) -> list[str]:
    """I9: each call outside carries the key of its step and run, the same for every attempt."""
    expected: dict[str, Any] = {}
    for one in await rows("select id, run, steps from turn"):
        for run in range(1, one["run"] + 1):
            for position in range(len(one["steps"]) + 2):  # another revision may be longer
                key = message_id(one["id"], run, (), position, COMMAND)
                expected[str(key)] = one["id"]
    asked: dict[str, set[str]] = {}
    for call in mesh.model.calls:
        asked.setdefault(call.key, set()).add(call.question)
    return [
        f"I9: {sorted(questions)} asked under {key!r}"
        for key, questions in asked.items()
        if key not in expected or len(questions) > 1
    ]


async def outbox_is_empty(rows: Rows) -> list[str]:
    """I11: nothing waits to be published."""
    found = await rows("select count(*) as left from outbox where published_at is null")
    return [f"I11: {found[0]['left']} outbox rows are unpublished"] if found[0]["left"] else []


async def queues_are_empty(mesh: Mesh) -> list[str]:
    """I11: no queue holds a message, ready or un-acked."""
    left: dict[str, int] = {}
    for _ in range(int(REST_SECONDS)):
        queues = await asyncio.to_thread(
            mesh.vhost.node.management, "GET", f"/api/queues/{mesh.vhost.name}"
        )
        left = {one["name"]: one.get("messages", 0) for one in queues if one.get("messages", 0)}
        if not left:
            return []
        await asyncio.sleep(1)
    return [f"I11: {count} messages left in {name}" for name, count in left.items()]


async def logs_tell_no_secrets(rows: Rows, mesh: Mesh) -> list[str]:
    """I12: no log line holds a message's body, the service token or a broker password."""
    bodies = [one["body"] for one in await rows("select body from message") if len(one["body"]) > 8]
    secret = [SERVICE_TOKEN, *mesh.vhost.node.passwords.values()]
    found: list[str] = []
    for name, service in mesh.services.items():
        text = service.log.read_text(errors="replace")
        found += [f"I12: {name} logged a secret" for one in secret if one in text]
        found += [f"I12: {name} logged a body" for one in bodies if one in text]
    return found
