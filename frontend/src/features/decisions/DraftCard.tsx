import { type KeyboardEvent, useState } from "react";
import type { DraftView } from "../../contracts.gen";
import { ActButton } from "../../shared/ActButton";
import { CodeText } from "../../shared/CodeText";
import { DialogProblem } from "../../shared/Dialog";
import { decisionText } from "../../shared/decisionText";
import { LazyTextDiff } from "../../shared/editor/LazyTextDiff";
import { Field } from "../../shared/Field";
import { Markdown } from "../../shared/markdown/Markdown";
import { Folded } from "../../shared/Part";
import { wordsFor } from "../../shared/problem";
import styles from "./Card.module.css";
import { CardHead } from "./CardHead";
import { decisionsApi } from "./decisionsApi";
import { type DraftAct, decideKeys } from "./draftActs";
import { isDecided } from "./isDecided";
import { useDecided } from "./useDecisions";

const words = decisionText;

interface DraftCardProps {
  readonly draft: DraftView;
  /** What became of it, in words: the card itself goes with the next reading. */
  readonly onSettled: (words: string) => void;
}

/** A draft: its exact words, and what may be done with it. Enter alone never approves. */
export function DraftCard({ draft, onSettled }: DraftCardProps) {
  const [act, setAct] = useState<DraftAct>("look");
  const [body, setBody] = useState(draft.body);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const decided = useDecided();
  const run = async (ask: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await ask();
      onSettled(done);
    } catch (error) {
      setProblem(wordsFor(error));
      if (isDecided(error)) onSettled(wordsFor(error));
    } finally {
      setBusy(false);
      await decided();
    }
  };
  const lacks = (act === "edit" && !body.trim()) || (act === "reject" && !said.trim());
  const approve = () => {
    if (lacks) return;
    const edited = act === "edit" && body !== draft.body;
    const done = edited ? words.decided.edited : words.decided.approved;
    void run(() => decisionsApi.approve(draft.id, edited ? body : null), done);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const meant = decideKeys(event.nativeEvent, act);
    if (!meant || busy) return;
    event.preventDefault();
    if (meant === "approve") approve();
    else setAct("reject");
  };
  const metadata = Object.keys(draft.metadata).length > 0 ? draft.metadata : null;
  return (
    <article
      className={styles.card}
      aria-label={words.wants[draft.kind](draft.bot)}
      onKeyDown={onKeyDown}
    >
      <CardHead decision={draft} />
      {act === "edit" ? null : (
        <div className={styles.body}>
          <Markdown body={draft.body} />
        </div>
      )}
      {draft.to.length > 0 ? <p className={styles.note}>{words.to(draft.to.join(", "))}</p> : null}
      {metadata ? (
        <Folded title={words.more}>
          <CodeText label={words.more}>{JSON.stringify(metadata, null, 2)}</CodeText>
        </Folded>
      ) : null}
      {act === "edit" ? (
        <>
          <Field label={words.editLabel}>
            <textarea rows={6} value={body} onChange={({ target }) => setBody(target.value)} />
          </Field>
          {body === draft.body ? null : (
            <LazyTextDiff label={words.changed} before={draft.body} after={body} />
          )}
        </>
      ) : null}
      {act === "reject" || act === "hand" ? (
        <Field label={act === "reject" ? words.reasonLabel : words.handLabel}>
          <input
            // biome-ignore lint/a11y/noAutofocus: it was asked for just now
            autoFocus
            maxLength={500}
            value={said}
            onChange={({ target }) => setSaid(target.value)}
          />
        </Field>
      ) : null}
      {problem ? <DialogProblem>{problem}</DialogProblem> : null}
      <div className={styles.acts}>
        <Acts
          act={act}
          kind={draft.kind}
          blocked={busy || lacks}
          onAct={setAct}
          onApprove={approve}
          onReject={() =>
            void run(() => decisionsApi.reject(draft.id, said.trim()), words.decided.rejected)
          }
          onHandOver={() =>
            void run(() => decisionsApi.handOver(draft.id, said.trim() || null), words.handed)
          }
        />
      </div>
    </article>
  );
}

interface ActsProps {
  readonly act: DraftAct;
  readonly kind: DraftView["kind"];
  readonly blocked: boolean;
  readonly onAct: (act: DraftAct) => void;
  readonly onApprove: () => void;
  readonly onReject: () => void;
  readonly onHandOver: () => void;
}

function Acts(props: ActsProps) {
  const { act, kind, blocked, onAct } = props;
  const back = <ActButton onClick={() => onAct("look")}>{words.cancel}</ActButton>;
  switch (act) {
    case "edit":
      return (
        <>
          {back}
          <ActButton main icon="check" disabled={blocked} onClick={props.onApprove}>
            {words.send}
          </ActButton>
        </>
      );
    case "reject":
      return (
        <>
          {back}
          <ActButton danger disabled={blocked} onClick={props.onReject}>
            {words.rejectGo}
          </ActButton>
        </>
      );
    case "hand":
      return (
        <>
          {back}
          <ActButton disabled={blocked} onClick={props.onHandOver}>
            {words.handGo}
          </ActButton>
        </>
      );
    case "look":
      return (
        <>
          <ActButton icon="edit" onClick={() => onAct("edit")}>
            {words.edit}
          </ActButton>
          <ActButton icon="close" onClick={() => onAct("reject")}>
            {words.reject}
          </ActButton>
          {kind === "send_as" ? null : (
            <ActButton icon="people" onClick={() => onAct("hand")}>
              {words.handOver}
            </ActButton>
          )}
          <ActButton
            main
            icon="check"
            disabled={blocked}
            hint={words.approveKeys}
            onClick={props.onApprove}
          >
            {words.approve}
          </ActButton>
        </>
      );
  }
}
