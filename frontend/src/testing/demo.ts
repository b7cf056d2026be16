// `npm run dev`, then /demo.html: the client on made-up conversations, every state of them on one screen
// or another. Not part of the build.

import { delta, makeBot, makeTurn, makeUser, progress } from "./builders";
import { putBots } from "./demoBots";
import { putLetters } from "./demoLetters";
import { FakeServer } from "./FakeServer";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const wanted = new URLSearchParams(location.search);

const daisy = makeBot({
  display_name: "Daisy",
  starters: ["Something good happened", "How does this work?"],
});
const tutor = makeBot({
  username: "flashcards",
  display_name: "Yuki",
  avatar: "🎴",
  purpose: "Japanese words, a few cards at a time.",
  starters: ["Five new words"],
  greeting: "こんにちは! Shall we learn a few words?",
});
const echo = makeBot({
  username: "echo",
  display_name: "Echo",
  avatar: "🪨",
  purpose: "Says back what you say. Good for a first try.",
  starters: ["Hello?"],
});
const ana = makeUser();
const ben = makeUser({ username: "ben", display_name: "Ben Okafor" });
const chiara = makeUser({ username: "chiara", display_name: "Chiara" });

const server = new FakeServer();
server.signedIn = !wanted.has("out");
server.users = [daisy, tutor, echo, ana, ben, chiara];
const bot = { author: "daisy", author_kind: "bot" as const };
server.add(
  {
    id: "daisy",
    members: [ana, daisy],
    turns: [
      makeTurn({
        id: "t-9",
        conversation_id: "daisy",
        answers: ["daisy-6"],
        created_at: minutesAgo(0.2),
        started_at: minutesAgo(0.2),
      }),
    ],
  },
  [
    { body: "Hello!", created_at: minutesAgo(1500) },
    {
      ...bot,
      body: "Hi Ana. What are three good things about today? Small ones count.",
      created_at: minutesAgo(1499),
      in_reply_to: "daisy-1",
    },
    { body: "The **first frost**, a long walk, and soup.", created_at: minutesAgo(9) },
    {
      ...bot,
      body: "Frost, a walk, soup: a good cold day. Which one would you like to keep?\n\n1. The frost\n2. The walk\n3. The soup",
      created_at: minutesAgo(8),
      in_reply_to: "daisy-3",
    },
    { body: "Can you keep it as data too?", created_at: minutesAgo(4) },
    { body: "JSON is fine", created_at: minutesAgo(3) },
  ],
);
server.add(
  {
    id: "group",
    kind: "group",
    title: "Kitchen rota",
    members: [ana, ben, chiara, tutor],
    unread: 2,
    read_seq: 3,
    turns: [
      makeTurn({
        id: "t-5",
        conversation_id: "group",
        bot: "flashcards",
        state: "parked",
        answers: ["group-5"],
        failure:
          "The language model did not answer after four tries. Your message is kept safe; a person was told.",
        reference: "W-7KQ2-4F",
      }),
    ],
  },
  [
    { author: "ben", body: "Who cooks on Thursday?", created_at: minutesAgo(64) },
    {
      author: "chiara",
      body: "I can. Here is the plan:\n\n| Day | Who | What |\n|---|---|---|\n| Thu | Chiara | risotto |\n| Fri | Ana | soup |",
      created_at: minutesAgo(62),
    },
    {
      body: 'Lovely. I put it in a script:\n\n```python\ndef rota(day: str) -> str:\n    """Who cooks."""\n    cooks = {"thu": "chiara", "fri": "ana"}\n    return cooks.get(day, "nobody")  # pizza, then\n```',
      created_at: minutesAgo(40),
    },
    {
      author: "ben",
      body: "See https://example.org/rota and ![the kitchen](https://example.org/kitchen.png)",
      created_at: minutesAgo(20),
    },
    { author: "ben", body: "@flashcards what is risotto in Japanese?", created_at: minutesAgo(18) },
  ],
);
server.add({ id: "empty", members: [ana, tutor] });
server.add({ id: "ben", members: [ana, ben] }, [
  { author: "ben", body: "Are you coming?", created_at: minutesAgo(3000) },
]);

putBots(server.bots);
if (wanted.has("nobots")) server.bots.views.clear();
putLetters(server.letters);
if (wanted.has("noletters")) server.letters.views.clear();
server.me = { ...server.me, operator: !wanted.has("plain") };
window.fetch = server.fetch;
window.WebSocket = server.WebSocket;
history.replaceState(null, "", wanted.get("at") ?? "/");
await import("../app/main");

if (wanted.get("at") === "/c/daisy") {
  setTimeout(() => {
    const at = { conversation: "daisy", turn_id: "t-9" };
    server.push({ ...progress({ ...at, position: 4, total: 6, lease_seconds: 600 }) });
    server.push(
      delta(0, 'Of course. Here is today, *so far*:\n\n```json\n{"good": ["first fro', at),
    );
  }, 300);
}
if (wanted.has("offline")) {
  setTimeout(() => {
    server.reachable = false;
    for (const socket of server.sockets) socket.drop(1006);
  }, 400);
}
