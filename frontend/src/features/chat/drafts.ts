// What somebody began to write, by conversation: kept over navigation and reload, gone at logout.
import type { StoreApi } from "zustand/vanilla";
import { keptStore } from "../../shared/keptStore";

export type Drafts = Readonly<Record<string, string>>;

/** Make the drafts of one person. */
export function makeDrafts(userId: string, closed: AbortSignal): StoreApi<{ drafts: Drafts }> {
  return keptStore<{ drafts: Drafts }, string>({
    name: "drafts",
    userId,
    split: ({ drafts }) => drafts,
    join: (drafts) => ({ drafts }),
    closed,
  });
}

/** Keep what is written; nothing written is no draft. */
export function keepDraft(
  store: StoreApi<{ drafts: Drafts }>,
  conversationId: string,
  body: string,
): void {
  const { [conversationId]: _before, ...rest } = store.getState().drafts;
  store.setState({ drafts: body.trim() === "" ? rest : { ...rest, [conversationId]: body } });
}
