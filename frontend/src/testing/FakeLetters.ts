// Dead letters at the fake server: lists, one letter, the acts on it, and a replay of many.
import type { ActView, LetterGroup, LetterRow, LetterView, ReplayJob } from "../contracts.gen";
import type { Answer } from "./FakeServer";
import { makeGroup, makeJob, makePlan, NOW } from "./letterBuilders";

type Body = Record<string, unknown>;
type Narrowing =
  | "bot"
  | "step"
  | "reason"
  | "error_type"
  | "runner"
  | "conversation_id"
  | "fingerprint";

export class FakeLetters {
  readonly views = new Map<string, LetterView>();
  readonly jobs: ReplayJob[] = [];
  readonly notes = new Map<string, string>();
  /** What was asked for, as it came: "replay l-1" and its body. */
  readonly asked: { readonly what: string; readonly body: Body }[] = [];
  readonly yaml: Record<string, string> = {};
  schema: object = {
    type: "object",
    required: ["messages"],
    properties: { messages: { type: "array", items: { type: "object", required: ["body"] } } },
  };

  add(view: LetterView): void {
    this.views.set(view.letter.id, view);
  }

  /** Answer a route of dead letters, of the registry's revisions; null for any other. */
  route(path: string, body: Body, url: URL, by: string): Answer | null {
    const [, bot, digest] = path.match(/^GET \/bots\/([^/]+)\/revisions\/(.+)$/) ?? [];
    if (bot && digest) return ok(this.#revision(bot, decodeURIComponent(digest)));
    if (!path.includes(" /dead-letters")) return null;
    if (path === "GET /dead-letters/payload-schema") return ok(this.schema);
    if (path === "GET /dead-letters/groups") return ok(page(this.#groups(url)));
    if (path === "GET /dead-letters") return ok(page(this.#rows(url)));
    if (path.includes("/replays")) return this.#replays(path, body);
    const [, fingerprint] = path.match(/groups\/([^/]+)\/note$/) ?? [];
    if (fingerprint) {
      this.notes.set(fingerprint, String(body.note));
      return { status: 204 };
    }
    const [, id = "", act] = path.match(/dead-letters\/([^/]+)\/?(\w+)?$/) ?? [];
    const view = [...this.views.values()].find(
      ({ letter }) => letter.id === id || letter.reference === id,
    );
    if (!view) return refusal(404, "There is no such dead letter.");
    if (!act) return ok(view);
    return this.#act(view, act, body, by);
  }

  #act(view: LetterView, act: string, body: Body, by: string): Answer {
    const { letter } = view;
    this.asked.push({ what: `${act} ${letter.id}`, body });
    const wanted = act === "restore" ? "dismissed" : "open";
    if (letter.status !== wanted) {
      return refusal(409, `Nothing was changed. ${letter.changed_by} was first at 14:03 UTC.`);
    }
    const kind = kindOf(act, body);
    const status = STATUS_AFTER[kind];
    const at = new Date().toISOString();
    const made: ActView = {
      kind,
      by,
      at,
      run: (letter.run ?? 0) + 1,
      step: letter.step,
      revision: letter.revision,
      patch: [],
      message_id: null,
      from_message_id: null,
      reason: String(body.reason ?? ""),
      job: null,
    };
    const changed: LetterRow = { ...letter, status, changed_by: by, changed_at: at };
    this.add({ ...view, letter: changed, acts: [...view.acts, made] });
    return ok(changed);
  }

  #replays(path: string, body: Body): Answer {
    if (path === "GET /dead-letters/replays") return ok(page(this.jobs));
    if (path === "POST /dead-letters/replays") {
      this.asked.push({ what: body.dry_run ? "plan" : "start", body });
      if (body.dry_run) return ok(makePlan());
      const job = makeJob();
      this.jobs.unshift(job);
      return { status: 202, body: job };
    }
    const [, id, act] = path.match(/replays\/([^/]+)\/?(\w+)?$/) ?? [];
    const at = this.jobs.findIndex((job) => job.id === id);
    const job = this.jobs[at];
    if (!job) return refusal(404, "There is no such replay.");
    const states = { pause: "paused", resume: "running", stop: "stopped" } as const;
    const state = states[act as keyof typeof states];
    if (state) this.jobs[at] = { ...job, state };
    return ok(this.jobs[at]);
  }

  #rows(url: URL): LetterRow[] {
    const wanted = url.searchParams.getAll("status");
    const narrow = (key: Narrowing, param: string = key) => {
      const value = url.searchParams.get(param);
      return (letter: LetterRow) => value === null || letter[key] === value;
    };
    return [...this.views.values()]
      .map(({ letter }) => letter)
      .filter(({ status }) => wanted.length === 0 || wanted.includes(status))
      .filter(narrow("bot"))
      .filter(narrow("step"))
      .filter(narrow("reason"))
      .filter(narrow("error_type"))
      .filter(narrow("runner"))
      .filter(narrow("conversation_id", "conversation"))
      .filter(narrow("fingerprint", "group"))
      .filter(({ error_text }) => error_text.includes(url.searchParams.get("q") ?? ""));
  }

  #groups(url: URL): LetterGroup[] {
    const by = url.searchParams.get("by") === "bot" ? "bot" : "fingerprint";
    const groups = new Map<string, LetterRow[]>();
    for (const letter of this.#rows(url)) {
      const key = String(letter[by]);
      groups.set(key, [...(groups.get(key) ?? []), letter]);
    }
    return [...groups.values()].map((letters) => this.#group(letters));
  }

  #group(letters: readonly LetterRow[]): LetterGroup {
    const [first] = letters;
    const count = (status: LetterRow["status"]) =>
      letters.filter((letter) => letter.status === status).length;
    const named = first
      ? {
          fingerprint: first.fingerprint,
          bot: first.bot,
          step: first.step,
          reason: first.reason,
          error_type: first.error_type,
          error_text: first.error_text,
          note: this.notes.get(first.fingerprint) ?? "",
          first_seen: letters.at(-1)?.failed_at ?? first.failed_at,
          last_seen: first.failed_at,
        }
      : {};
    return makeGroup({
      ...named,
      open: count("open"),
      replaying: count("replaying"),
      closed: letters.length - count("open") - count("replaying"),
      returned: letters.filter(({ status, failures }) => status === "open" && failures > 1).length,
    });
  }

  #revision(bot: string, digest: string) {
    const made = `name: ${bot}\nsteps:\n  - class: Format\n  - id: think\n    class: Gpt\n`;
    const yaml =
      this.yaml[digest] ?? (digest === NOW ? `${made}    config: {model: small}\n` : made);
    return { digest, name: bot, yaml, bot: {}, sources: [], created_at: new Date(0).toISOString() };
  }
}

const STATUS_AFTER: Readonly<Record<ActView["kind"], LetterRow["status"]>> = {
  replayed: "replaying",
  edited: "replaying",
  finished: "replaying",
  answered: "answered",
  dismissed: "dismissed",
  restored: "open",
  cancelled: "cancelled",
};

function kindOf(act: string, body: Body): ActView["kind"] {
  if (act === "replay") return body.payload ? "edited" : "replayed";
  if (act === "finish") return body.reply ? "answered" : "finished";
  return act === "restore" ? "restored" : "dismissed";
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function page(items: readonly unknown[]) {
  return { items, next_cursor: null };
}

function refusal(status: number, detail: string): Answer {
  return {
    status,
    body: { type: "about:blank", title: "Refused", status, detail, trace_id: "trace", errors: [] },
  };
}
