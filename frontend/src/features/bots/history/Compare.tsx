import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Publication } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { LazyTextDiff } from "../../../shared/editor/LazyTextDiff";
import { Field } from "../../../shared/Field";
import { LoadFailed } from "../../../shared/LoadFailed";
import { Part } from "../../../shared/Part";
import { wordsFor } from "../../../shared/problem";
import { text } from "../../../shared/text";
import { botsApi } from "../botsApi";
import styles from "./Compare.module.css";

const words = botText.history;

interface CompareProps {
  readonly name: string;
  /** The newest first. */
  readonly items: readonly Publication[];
}

/** The difference of two publications: at first what the newest changed. */
export function Compare({ name, items }: CompareProps) {
  const there = items.filter(({ digest }) => digest !== null);
  const [to, setTo] = useState(there[0]?.number ?? 0);
  const [from, setFrom] = useState(there[1]?.number ?? 0);
  if (there.length < 2) return null;
  const before = there.find(({ number }) => number === from);
  const after = there.find(({ number }) => number === to);
  const choice = (label: string, value: number, choose: (number: number) => void) => (
    <Field label={label}>
      <select value={value} onChange={({ target }) => choose(Number(target.value))}>
        {there.map(({ number, note }) => (
          <option key={number} value={number}>
            {note ? `${number} (${note})` : number}
          </option>
        ))}
      </select>
    </Field>
  );
  return (
    <Part title={words.compareLead}>
      <div className={styles.choose}>
        {choice(words.from, from, setFrom)}
        {choice(words.to, to, setTo)}
      </div>
      {before?.digest && after?.digest ? (
        <Difference
          name={name}
          label={words.diff(from, to)}
          from={before.digest}
          to={after.digest}
        />
      ) : null}
    </Part>
  );
}

interface DifferenceProps {
  readonly name: string;
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

function Difference({ name, label, from, to }: DifferenceProps) {
  const read = useQuery({
    queryKey: ["revision-diff", name, from, to],
    queryFn: () =>
      Promise.all([
        botsApi.revision(name, from),
        botsApi.revision(name, to),
        from === to ? null : botsApi.diff(name, from, to),
      ]),
    staleTime: Number.POSITIVE_INFINITY, // a revision never changes
  });
  if (read.isError) {
    return (
      <LoadFailed
        what={words.diffFailed}
        why={wordsFor(read.error)}
        onRetry={() => void read.refetch()}
      />
    );
  }
  if (!read.data) return <p role="status">{text.loading}</p>;
  const [before, after, diff] = read.data;
  const files = diff?.step_files ?? [];
  return (
    <>
      {files.length > 0 ? (
        <p>
          {words.stepFiles}{" "}
          {files
            .map(({ class_name, change }) => `${class_name} (${words.change[change]})`)
            .join(", ")}
        </p>
      ) : null}
      {before.yaml === after.yaml ? (
        <p>{words.same}</p>
      ) : (
        <LazyTextDiff label={label} before={before.yaml} after={after.yaml} language="yaml" />
      )}
    </>
  );
}
