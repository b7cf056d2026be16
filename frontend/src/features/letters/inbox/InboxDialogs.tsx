import { useNavigate } from "@tanstack/react-router";
import type { LetterGroup } from "../../../contracts.gen";
import { DismissDialog } from "../acts/DismissDialog";
import { ReplayLettersDialog } from "../acts/ReplayLettersDialog";
import { ReplayGroupDialog } from "../bulk/ReplayGroupDialog";
import { filterOfGroup } from "../groupFilter";
import type { InboxSearch } from "../letterSearch";
import type { Target } from "./inboxActs";
import { KeysDialog } from "./KeysDialog";
import { NoteDialog } from "./NoteDialog";
import { openOf } from "./useSelection";

/** What somebody asked for in the inbox. */
export type Wish =
  | { readonly kind: "help" }
  | { readonly kind: "note"; readonly group: LetterGroup }
  | { readonly kind: "replay" | "dismiss"; readonly target: Target };

interface InboxDialogsProps {
  readonly wish: Wish;
  readonly search: InboxSearch;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The dialog of what was asked for. */
export function InboxDialogs({ wish, search, onDone, onClose }: InboxDialogsProps) {
  const navigate = useNavigate();
  switch (wish.kind) {
    case "help":
      return <KeysDialog onClose={onClose} />;
    case "note":
      return <NoteDialog group={wish.group} onDone={onDone} onClose={onClose} />;
    case "replay":
      if (wish.target.kind === "letters") {
        return (
          <ReplayLettersDialog letters={wish.target.letters} onDone={onDone} onClose={onClose} />
        );
      }
      return (
        <ReplayGroupDialog
          filter={{ ...filterOfGroup(search, wish.target.group).filter, status: ["open"] }}
          onStarted={({ id }) =>
            void navigate({ to: "/dead-letters/replays/$job", params: { job: id } })
          }
          onClose={onClose}
        />
      );
    case "dismiss": {
      const { target } = wish;
      if (target.kind === "letters") {
        const { letters } = target;
        return (
          <DismissDialog
            count={letters.length}
            read={async () => letters}
            onDone={onDone}
            onClose={onClose}
          />
        );
      }
      const { group } = target;
      return (
        <DismissDialog
          count={group.open}
          read={() => openOf(search, group)}
          onDone={onDone}
          onClose={onClose}
        />
      );
    }
  }
}
