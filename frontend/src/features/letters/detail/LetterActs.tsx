import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { LetterView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { DialogProblem } from "../../../shared/Dialog";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { fullTime, listTime } from "../../../shared/time";
import { MakeTest } from "../../ledger/MakeTest";
import { DismissDialog } from "../acts/DismissDialog";
import { EditDialog } from "../acts/EditDialog";
import { FinishDialog } from "../acts/FinishDialog";
import { ReplayDialog } from "../acts/ReplayDialog";
import { useWritten } from "../acts/useWritten";
import { lettersApi } from "../lettersApi";
import { useLettersChanged } from "../useLetters";
import styles from "./LetterActs.module.css";

const words = letterText.letter;

type Dialog = "replay" | "edit" | "finish" | "dismiss";

interface LetterActsProps {
  readonly view: LetterView;
  /** Begin with the editor. */
  readonly edit: boolean;
}

/** What can be done with a letter as it stands; else who did what, and when. */
export function LetterActs({ view, edit }: LetterActsProps) {
  const { letter } = view;
  const changed = useLettersChanged();
  const open = letter.status === "open";
  const mayReplay = open && letter.verdict !== "answered" && view.replayable === null;
  const mayEdit = mayReplay && view.payload !== null;
  const mayFinish = open && letter.verdict !== "answered" && letter.turn_id !== null;
  const [dialog, setDialog] = useState<Dialog | null>(edit && mayEdit ? "edit" : null);
  // the dialog works on the letter as it was when it was opened: a poll must not change it under a hand
  const [seen, setSeen] = useState(view);
  const start = (what: Dialog) => {
    setSeen(view);
    setDialog(what);
  };
  const written = useWritten(view);
  const form = {
    view: seen,
    written,
    onDone: () => {
      setDialog(null);
      void changed();
    },
    onRefused: () => void changed(),
    onClose: () => setDialog(null),
  };
  return (
    <div className={styles.acts}>
      <LastAct view={view} />
      {open && view.replayable !== null ? <p>{words.whyNoReplay(view.replayable)}</p> : null}
      <div className={styles.buttons}>
        {mayReplay ? (
          <ActButton main icon="again" onClick={() => start("replay")}>
            {words.replay}
          </ActButton>
        ) : null}
        {mayEdit ? (
          <ActButton icon="edit" onClick={() => start("edit")}>
            {words.edit}
          </ActButton>
        ) : null}
        {mayFinish ? (
          <ActButton icon="hand" onClick={() => start("finish")}>
            {words.finish}
          </ActButton>
        ) : null}
        {open ? <ActButton onClick={() => start("dismiss")}>{words.dismiss}</ActButton> : null}
        {letter.status === "dismissed" ? <Restore view={view} /> : null}
        {letter.bot ? <MakeTest path={`/dead-letters/${letter.id}/case`} /> : null}
      </div>
      {view.deleted_at && letter.status !== "dismissed" && !open ? (
        <p className={styles.note}>{letterText.restore.deleted(fullTime(view.deleted_at))}</p>
      ) : null}
      {dialog === "replay" ? <ReplayDialog {...form} /> : null}
      {dialog === "edit" ? <EditDialog {...form} /> : null}
      {dialog === "finish" ? <FinishDialog {...form} /> : null}
      {dialog === "dismiss" ? (
        <DismissDialog
          count={1}
          read={async () => [seen.letter]}
          onDone={form.onDone}
          onClose={form.onClose}
        />
      ) : null}
    </div>
  );
}

/** Who acted last, and that the outcome is awaited. */
function LastAct({ view: { acts, letter } }: { readonly view: LetterView }) {
  const last = acts.at(-1);
  if (!last || letter.status === "open") return null;
  return (
    <p className={styles.last} role="status">
      {words.doneBy(last.by, letterText.act[last.kind], listTime(last.at))}{" "}
      {last.reason ? words.because(last.reason) : ""}
      {letter.status === "replaying" ? words.replaying : ""}
    </p>
  );
}

function Restore({ view }: { readonly view: LetterView }) {
  const changed = useLettersChanged();
  const restore = useMutation({
    mutationFn: () => lettersApi.restore(view.letter.id),
    onSettled: changed, // a refusal says that somebody was first: show how it stands
  });
  return (
    <>
      {restore.error ? <DialogProblem>{wordsFor(restore.error)}</DialogProblem> : null}
      <ActButton main disabled={restore.isPending} onClick={() => restore.mutate()}>
        {letterText.restore.go}
      </ActButton>
      {view.deleted_at ? (
        <p className={styles.note}>{letterText.restore.until(fullTime(view.deleted_at))}</p>
      ) : null}
    </>
  );
}
