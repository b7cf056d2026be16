import { useEffect, useState } from "react";
import { letterText } from "../../../shared/letterText";
import { ActButton } from "../ActButton";
import { Field } from "../Field";
import {
  GROUP_BY,
  type InboxSearch,
  inboxSearch,
  isNarrowed,
  REASONS,
  STATUSES,
} from "../letterSearch";
import { useBots } from "../useLetters";
import styles from "./FilterBar.module.css";

const words = letterText.filter;
const TYPING_MS = 300; // a pause in typing, then it is searched

interface FilterBarProps {
  readonly search: InboxSearch;
  readonly onChange: (search: InboxSearch) => void;
}

/** What the inbox shows: all of it stands in the address, so that it can be linked. */
export function FilterBar({ search, onChange }: FilterBarProps) {
  const bots = useBots();
  const change = (what: Record<string, string>) => onChange(inboxSearch({ ...search, ...what }));
  const names = new Set((bots.data?.items ?? []).map(({ name }) => name));
  if (search.bot) names.add(search.bot);
  return (
    <search className={styles.bar} aria-label={words.label}>
      <Field label={words.status}>
        <select
          value={search.status ?? ""}
          onChange={({ target }) => change({ status: target.value })}
        >
          <option value="">{words.todo}</option>
          <option value="all">{words.all}</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {letterText.status[one]}
            </option>
          ))}
        </select>
      </Field>
      <Field label={words.by}>
        <select
          value={search.by ?? "fingerprint"}
          onChange={({ target }) => change({ by: target.value })}
        >
          {GROUP_BY.map((one) => (
            <option key={one} value={one}>
              {words.groupBy[one]}
            </option>
          ))}
        </select>
      </Field>
      <Field label={words.bot}>
        <select value={search.bot ?? ""} onChange={({ target }) => change({ bot: target.value })}>
          <option value="">{words.any}</option>
          {[...names].sort().map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </Field>
      <Typed
        label={words.step}
        value={search.step ?? ""}
        placeholder={words.any}
        onChange={(step) => change({ step })}
      />
      <Field label={words.reason}>
        <select
          value={search.reason ?? ""}
          onChange={({ target }) => change({ reason: target.value })}
        >
          <option value="">{words.any}</option>
          {REASONS.map((one) => (
            <option key={one} value={one}>
              {letterText.reason[one]}
            </option>
          ))}
        </select>
      </Field>
      <Typed
        label={words.text}
        value={search.q ?? ""}
        placeholder=""
        onChange={(q) => change({ q })}
      />
      {isNarrowed(search) ? (
        <ActButton onClick={() => onChange(search.by ? { by: search.by } : {})}>
          {letterText.inbox.clear}
        </ActButton>
      ) : null}
    </search>
  );
}

interface TypedProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}

/** A text field whose value reaches the address after a pause in typing. */
function Typed({ label, value, placeholder, onChange }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [sent, setSent] = useState(value);
  if (known !== value) {
    setKnown(value);
    // the address changed by itself (back, a link, "clear"); what was typed here stays
    if (value !== sent) setTyped(value);
    setSent(value);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => {
      setSent(typed.trim());
      onChange(typed.trim());
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <Field label={label}>
      <input
        type="search"
        value={typed}
        placeholder={placeholder}
        onChange={({ target }) => setTyped(target.value)}
      />
    </Field>
  );
}
