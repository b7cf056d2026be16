import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LetterFilter, NewReplay, ReplayJob, ReplayPlan } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { bulkText } from "../../../shared/bulkText";
import { Choice } from "../../../shared/Choice";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import { Field } from "../../../shared/Field";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { lettersApi } from "../lettersApi";
import styles from "./ReplayGroupDialog.module.css";

const words = bulkText.plan;
const PACE = 5; // letters a second unless somebody says otherwise: gentle on what has just failed
const MIN_PACE = 0.1;
const MAX_PACE = 1000;

interface ReplayGroupDialogProps {
  readonly filter: LetterFilter;
  readonly onStarted: (job: ReplayJob) => void;
  readonly onClose: () => void;
}

/** Plan the replay of many: how many there are, which are left, with which steps, how fast. */
export function ReplayGroupDialog({ filter, onStarted, onClose }: ReplayGroupDialogProps) {
  const [revision, setRevision] = useState<"original" | "current">("original");
  const [typedPace, setTypedPace] = useState(String(PACE));
  const pace = Number(typedPace);
  const paceFault = pace >= MIN_PACE && pace <= MAX_PACE ? null : words.badPace;
  const ask = { filter, revision };
  const plan = useQuery({
    queryKey: ["letters", "plan", ask],
    queryFn: () => lettersApi.plan(ask),
    placeholderData: keepPreviousData,
  });
  const start = useMutation({
    mutationFn: (made: NewReplay) => lettersApi.start(made),
    onSuccess: onStarted,
  });
  const needed = plan.data?.needed ?? 0;
  return (
    <Dialog title={words.title} onClose={onClose}>
      {plan.error ? (
        <DialogProblem>
          {words.failed} {wordsFor(plan.error)}{" "}
          <ActButton onClick={() => void plan.refetch()}>{bulkText.job.resume}</ActButton>
        </DialogProblem>
      ) : null}
      {plan.data ? (
        <Plan plan={plan.data} />
      ) : plan.error ? null : (
        <p role="status">{words.asking}</p>
      )}
      <Choice
        label={letterText.replayOne.revision}
        value={revision}
        onChange={setRevision}
        options={[
          { value: "original", label: letterText.replayOne.original },
          { value: "current", label: letterText.replayOne.current },
        ]}
      />
      <Field label={words.pace} error={paceFault}>
        <input
          type="number"
          inputMode="decimal"
          min={MIN_PACE}
          max={MAX_PACE}
          step="any"
          value={typedPace}
          onChange={({ target }) => setTypedPace(target.value)}
        />
      </Field>
      <p>{plan.data && needed === 0 ? words.nothing : words.ramp}</p>
      {start.error ? <DialogProblem>{wordsFor(start.error)}</DialogProblem> : null}
      <DialogActs>
        <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
        <ActButton
          main
          icon="again"
          disabled={needed === 0 || paceFault !== null || start.isPending || start.isSuccess}
          onClick={() => start.mutate({ ...ask, pace })}
        >
          {words.start(needed)}
        </ActButton>
      </DialogActs>
    </Dialog>
  );
}

function Plan({ plan }: { readonly plan: ReplayPlan }) {
  const rows: readonly (readonly [number, string])[] = [
    [plan.matched, words.matched],
    [plan.needed, words.needed],
    [plan.overtaken, words.overtaken],
    [plan.expired, words.expired],
    [plan.answered, words.answered],
    [plan.not_replayable, words.notReplayable],
  ];
  return (
    <dl className={styles.plan} aria-live="polite">
      {rows.map(([n, what], index) => (
        <div key={what} data-none={n === 0} data-main={index === 1}>
          <dt>{what}</dt>
          <dd>{n.toLocaleString("en")}</dd>
        </div>
      ))}
    </dl>
  );
}
