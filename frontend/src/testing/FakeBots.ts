// Bots at the fake server: their files, revisions, the check, the try; saved as the registry saves.
import type {
  BotView,
  LedgerRow,
  LintError,
  Me,
  Publication,
  RunnerView,
  StepKindView,
  TryResult,
} from "../contracts.gen";
import { makeBotView, makeKind } from "./botBuilders";
import type { Answer } from "./FakeServer";

type Body = Record<string, unknown>;

export class FakeBots {
  readonly views = new Map<string, BotView>();
  readonly history = new Map<string, Publication[]>();
  /** The text of each revision, by its digest. */
  readonly yaml: Record<string, string> = {};
  readonly asked: { readonly what: string; readonly body: Body }[] = [];
  kinds: StepKindView[] = ["Draft", "Format", "Gpt", "Reply"].map((name) => makeKind(name));
  runners: RunnerView[] = [];
  ledger: LedgerRow[] = [];
  /** What the check finds in a text. */
  lint: (yaml: string) => readonly LintError[] = () => [];
  tried: TryResult = { ok: true, errors: [], steps: [], error: null, waiting: null };

  add(view: Partial<BotView>): void {
    const made = makeBotView(view);
    this.views.set(made.name, made);
  }

  /** Somebody saves a text. */
  write(name: string, yaml: string, by: string | null, note = ""): BotView {
    const before = this.views.get(name);
    const number = (before?.number ?? 0) + 1;
    const digest = `${number}`.padStart(4, "0").repeat(16);
    const at = new Date().toISOString();
    this.yaml[digest] = yaml;
    this.add({
      ...before,
      name,
      yaml,
      number,
      revision: digest,
      status: "serving",
      errors: [],
      last_change: { at, by },
    });
    const older = (this.history.get(name) ?? []).map((one) => ({ ...one, current: false }));
    const made = { number, digest, published_at: at, by, note, current: true };
    this.history.set(name, [made, ...older]);
    return this.views.get(name) ?? makeBotView();
  }

  /** Answer a route of the registry about bots; null for any other. */
  route(path: string, body: Body, headers: Headers, me: Me): Answer | null {
    if (path === "GET /step-kinds") return ok(page(this.kinds));
    if (path === "GET /runners") return ok(page(this.runners));
    if (path === "GET /bots") return ok(page([...this.views.values()]));
    if (path === "GET /ledger") return ok(page(this.ledger));
    if (path === "POST /bots/lint") {
      const errors = this.lint(String(body.yaml));
      return ok({ ok: errors.length === 0, errors });
    }
    if (path === "POST /bots/try") {
      this.asked.push({ what: "try", body });
      return ok(this.tried);
    }
    const [, name = "", rest] = path.match(/^\w+ \/bots\/([^/]+)\/?(.*)$/) ?? [];
    if (!name) return null;
    const view = this.views.get(name);
    if (path.startsWith("PUT")) return this.#save(name, body, headers, me);
    if (!view) return rest?.startsWith("revisions/") ? null : refusal(404, "There is no such bot.");
    if (rest === "") return tagged(200, view);
    if (rest === "revisions") return ok(page(this.history.get(name) ?? []));
    if (rest === "rollback") return this.#rollBack(view, body, headers, me);
    const [, digest = ""] = rest?.match(/^revisions\/(\w+)$/) ?? [];
    const yaml = this.yaml[digest];
    if (yaml === undefined) return null;
    const created_at = new Date(0).toISOString();
    return ok({ digest, name, yaml, bot: {}, sources: [], created_at });
  }

  #save(name: string, body: Body, headers: Headers, me: Me): Answer {
    const text = String(body.text);
    this.asked.push({ what: `save ${name} ${stateOf(headers)}`, body });
    const view = this.views.get(name);
    const meant = view ? headers.get("If-Match") === etagOf(view) : headers.has("If-None-Match");
    if (!meant) return refusal(412, `Somebody else changed ${name}. Nothing was saved.`);
    const errors = this.lint(text);
    if (errors.length > 0) return refusal(422, "The file has a fault. Nothing was saved.");
    return tagged(view ? 200 : 201, this.write(name, text, me.username));
  }

  #rollBack(view: BotView, body: Body, headers: Headers, me: Me): Answer {
    this.asked.push({ what: `rollback ${view.name} ${stateOf(headers)}`, body });
    if (headers.get("If-Match") !== etagOf(view)) return refusal(412, "Somebody else was first.");
    const wanted = this.history.get(view.name)?.find(({ number }) => number === body.number);
    const yaml = this.yaml[wanted?.digest ?? ""] ?? "";
    return tagged(200, this.write(view.name, yaml, me.username, `rolled back to ${body.number}`));
  }
}

/** The state of a bot's file, as the server names it. */
export function etagOf({ number, yaml }: BotView): string {
  return `"${number}-${(yaml ?? "").length}"`;
}

function stateOf(headers: Headers): string {
  return headers.get("If-Match") ?? headers.get("If-None-Match") ?? "unconditional";
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function tagged(status: number, view: BotView): Answer {
  return { status, body: view, headers: { ETag: etagOf(view) } };
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
