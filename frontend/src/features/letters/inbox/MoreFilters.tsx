import { Field } from "../../../shared/Field";
import { letterText } from "../../../shared/letterText";
import { asLocalInput, fromLocalInput } from "../../../shared/time";
import { type InboxSearch, inboxSearch, SELDOM } from "../letterSearch";
import styles from "./MoreFilters.module.css";
import { TypedField } from "./TypedField";

const words = letterText.filter;

interface MoreFiltersProps {
  readonly search: InboxSearch;
  readonly onChange: (what: Record<string, string>) => void;
}

/** What is seldom asked for: closed, unless the address asks for some of it. */
export function MoreFilters({ search, onChange }: MoreFiltersProps) {
  const used = SELDOM.filter((name) => search[name] !== undefined).length;
  return (
    <details className={styles.more} open={used > 0}>
      <summary>{words.more(used)}</summary>
      <div className={styles.fields}>
        <TypedField
          label={words.errorType}
          value={search.error_type ?? ""}
          placeholder={words.errorExample}
          onChange={(error_type) => onChange({ error_type })}
        />
        <TypedField
          label={words.runner}
          value={search.runner ?? ""}
          placeholder={words.any}
          onChange={(runner) => onChange({ runner })}
        />
        <Moment label={words.since} name="since" search={search} onChange={onChange} />
        <Moment label={words.until} name="until" search={search} onChange={onChange} />
        <TypedField
          label={words.group}
          value={search.group ?? ""}
          placeholder={words.any}
          onChange={(group) => onChange({ group })}
        />
        <TypedField
          label={words.conversation}
          value={search.conversation ?? ""}
          placeholder={words.any}
          faultOf={(conversation) =>
            conversation === "" || inboxSearch({ conversation }).conversation
              ? null
              : words.noConversation
          }
          onChange={(conversation) => onChange({ conversation })}
        />
      </div>
    </details>
  );
}

interface MomentProps extends MoreFiltersProps {
  readonly label: string;
  readonly name: "since" | "until";
}

/** A day and time of the reader's own zone; the address has it in UTC. */
function Moment({ label, name, search, onChange }: MomentProps) {
  const value = asLocalInput(search[name] ?? "");
  const commit = (typed: string) => {
    if (typed !== value) onChange({ [name]: fromLocalInput(typed) });
  };
  return (
    <Field label={label}>
      <input
        key={value}
        type="datetime-local"
        defaultValue={value}
        onBlur={({ target }) => commit(target.value)}
        onKeyDown={({ key, currentTarget }) => {
          if (key === "Enter") commit(currentTarget.value);
        }}
      />
    </Field>
  );
}
