import { ActButton } from "../../../shared/ActButton";
import { Field } from "../../../shared/Field";
import { letterText } from "../../../shared/letterText";
import {
  GROUP_BY,
  type InboxSearch,
  inboxSearch,
  isFindable,
  isNarrowed,
  REASONS,
  STATUSES,
} from "../letterSearch";
import { useBots } from "../useLetters";
import styles from "./FilterBar.module.css";
import { MoreFilters } from "./MoreFilters";
import { TypedField } from "./TypedField";

const words = letterText.filter;

interface FilterBarProps {
  readonly search: InboxSearch;
  readonly onChange: (search: InboxSearch) => void;
}

/** What the inbox shows: all of it stands in the address, so that it can be linked. */
export function FilterBar({ search, onChange }: FilterBarProps) {
  const bots = useBots();
  const change = (what: Record<string, string>) =>
    onChange(inboxSearch({ ...search, pages: 1, ...what }));
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
      <TypedField
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
      <TypedField
        label={words.text}
        value={search.q ?? ""}
        faultOf={(q) => (isFindable(q) ? null : words.shortText)}
        onChange={(q) => change({ q })}
      />
      <MoreFilters search={search} onChange={change} />
      {isNarrowed(search) ? (
        <ActButton onClick={() => onChange(search.by ? { by: search.by } : {})}>
          {letterText.inbox.clear}
        </ActButton>
      ) : null}
    </search>
  );
}
