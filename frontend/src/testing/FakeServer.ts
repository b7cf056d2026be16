// A small server in the page: enough of the HTTP API and the socket to try the client without one.
import type { ConversationView, MessageView, ServerFrame, UserView } from "../contracts.gen";
import { makeMe, makeMessage, makeView } from "./builders";
import { FakeBots } from "./FakeBots";
import { FakeLetters } from "./FakeLetters";

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
type Handler = (path: string, body: Record<string, unknown>, headers: Headers) => Answer | null;

/** One conversation at the fake server. */
export interface FakeConversation {
  view: ConversationView;
  messages: MessageView[];
}

export class FakeServer {
  signedIn = true;
  reachable = true;
  users: UserView[] = [];
  me = makeMe();
  readonly letters = new FakeLetters();
  readonly bots = new FakeBots();
  readonly conversations = new Map<string, FakeConversation>();
  readonly sockets: FakeSocket[] = [];
  readonly calls: string[] = [];
  /** Answers before the usual routes; a test puts refusals here. */
  before: Handler = () => null;

  /** Put a conversation; its messages get the numbers 1, 2, …. */
  add(view: Partial<ConversationView>, messages: readonly Partial<MessageView>[] = []): string {
    const made = makeView(view);
    const all = messages.map((message, index) =>
      makeMessage({
        seq: index + 1,
        conversation_id: made.id,
        id: `${made.id}-${index + 1}`,
        ...message,
      }),
    );
    const last_message = all.at(-1) ?? null;
    this.conversations.set(made.id, {
      view: { ...made, last_message, last_seq: Math.max(all.length, made.last_seq) },
      messages: all,
    });
    return made.id;
  }

  /** Push a frame to every open socket; a logged one moves its conversation's number. */
  push(frame: ServerFrame): void {
    if ("seq" in frame) {
      const conversation = this.conversations.get(frame.conversation);
      if (conversation) conversation.view = { ...conversation.view, last_seq: frame.seq };
      if (frame.type === "message.created") conversation?.messages.push(frame.message);
    }
    for (const socket of this.sockets) socket.deliver(frame);
  }

  /** The fetch of this server. */
  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    if (!this.reachable) throw new TypeError("no network");
    const url = new URL(String(input), "http://fake");
    const path = `${init.method ?? "GET"} ${url.pathname.replace("/api/v1", "")}`;
    this.calls.push(path);
    const headers = new Headers(init.headers);
    const body = bodyOf(init, headers);
    const answer = this.before(path, body, headers) ?? this.#route(path, body, headers, url);
    const content = answer.body === undefined ? null : JSON.stringify(answer.body);
    return new Response(content, { status: answer.status, headers: answer.headers ?? {} });
  };

  /** The WebSocket class of this server. */
  get WebSocket(): typeof WebSocket {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(url, server);
      }
    } as unknown as typeof WebSocket;
  }

  heads(): Record<string, number> {
    return Object.fromEntries([...this.conversations].map(([id, { view }]) => [id, view.last_seq]));
  }

  #route(path: string, body: Record<string, unknown>, headers: Headers, url: URL): Answer {
    const [, id = ""] = path.match(/conversations\/([^/]+)/) ?? [];
    const conversation = this.conversations.get(id);
    const page = (items: readonly unknown[]) => ({
      status: 200,
      body: { items, next_cursor: null },
    });
    const ofBots = this.bots.route(path, body, headers, this.me);
    if (ofBots) return ofBots;
    const ofLetters = this.letters.route(path, body, url, this.me.display_name);
    if (ofLetters) return this.me.operator ? ofLetters : problem(403, "This is for operators.");
    if (path === "GET /auth/me") {
      return this.signedIn ? { status: 200, body: this.me } : problem(401, "Log in to go on.");
    }
    if (path.startsWith("POST /auth/log")) {
      this.signedIn = path.endsWith("login");
      return { status: 200, body: this.me };
    }
    if (path === "POST /auth/signup") {
      this.signedIn = true;
      return { status: 201, body: this.me };
    }
    if (path === "GET /users") {
      const query = url.searchParams.get("q") ?? "";
      return page(this.users.filter(({ username }) => username.includes(query)));
    }
    if (path === "GET /conversations") {
      return page([...this.conversations.values()].map(({ view }) => view));
    }
    if (path === "POST /conversations") return { status: 201, body: this.#start(body) };
    if (path.startsWith("POST /turns/")) return { status: 200, body: {} };
    if (!conversation) return problem(404, "There is no such conversation.");
    if (path.endsWith("/feedback")) return page([]);
    if (path.endsWith("/read")) return { status: 204 };
    if (path.startsWith("POST"))
      return { status: 201, body: this.#post(conversation, body, headers) };
    return path.endsWith("/messages")
      ? page(conversation.messages)
      : { status: 200, body: conversation.view };
  }

  #start(body: Record<string, unknown>): ConversationView {
    const names = body.members as string[];
    const members = this.users.filter(({ username }) => names.includes(username));
    const id = this.add({ id: `c-${names.join("-")}`, members });
    return this.conversations.get(id)?.view ?? makeView();
  }

  #post({ view, messages }: FakeConversation, body: object, headers: Headers): MessageView {
    const key = headers.get("Idempotency-Key");
    const known = messages.find(({ client_id }) => client_id === key);
    if (known) return known;
    const seq = view.last_seq + 1;
    const message = makeMessage({
      ...body,
      id: `${view.id}-${seq}`,
      seq,
      conversation_id: view.id,
      author: this.me.username,
      client_id: key,
      created_at: new Date().toISOString(),
    });
    this.push({ type: "message.created", conversation: view.id, seq, message });
    return message;
  }
}

/** A text that is no JSON stands in `text`. */
function bodyOf({ body }: RequestInit, headers: Headers): Record<string, unknown> {
  if (!body) return {};
  if (headers.get("Content-Type") !== "application/json") return { text: String(body) };
  return JSON.parse(String(body)) as Record<string, unknown>;
}

/** A problem+json answer. */
export function problem(status: number, detail: string, errors: readonly object[] = []): Answer {
  return {
    status,
    body: { type: "about:blank", title: "Refused", status, detail, trace_id: "trace", errors },
  };
}

class FakeSocket extends EventTarget {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readyState = 0;
  binaryType = "blob";
  readonly url: string;
  readonly hellos: Record<string, number>[] = [];
  readonly #server: FakeServer;

  constructor(url: string, server: FakeServer) {
    super();
    this.url = url;
    this.#server = server;
    server.sockets.push(this);
    setTimeout(() => {
      if (!server.reachable) return this.drop(1006);
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    }, 0);
  }

  /** The client speaks: hello is answered with what was missed and welcome. */
  send(data: string): void {
    const hello = JSON.parse(data) as { conversations: Record<string, number> };
    this.hellos.push(hello.conversations);
    for (const { view, messages } of this.#server.conversations.values()) {
      const after = hello.conversations[view.id] ?? view.last_seq;
      for (const message of messages.filter(({ seq }) => seq > after)) {
        this.deliver({ type: "message.created", conversation: view.id, seq: message.seq, message });
      }
    }
    this.deliver({ type: "welcome", user: this.#server.me.username, heads: this.#server.heads() });
  }

  deliver(frame: ServerFrame): void {
    if (this.readyState !== 1) return;
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  /** The server or the network ends the connection. */
  drop(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "", wasClean: false }));
  }

  close(): void {
    this.readyState = 3;
  }
}
