import { letterText } from "../../../shared/letterText";
import styles from "./JsonTree.module.css";

const OPEN_DEPTH = 2; // deeper levels begin closed
const LONG = 12; // entries; a longer list begins closed

interface JsonTreeProps {
  readonly name: string;
  readonly value: unknown;
  readonly depth?: number;
}

/** A JSON value as a tree that opens and closes. */
export function JsonTree({ name, value, depth = 0 }: JsonTreeProps) {
  if (typeof value !== "object" || value === null) {
    return (
      <div className={styles.leaf}>
        {name ? <b>{name}: </b> : null}
        {value === "" ? (
          <span data-kind="null">{letterText.letter.emptyText}</span>
        ) : (
          <span data-kind={value === null ? "null" : typeof value}>{String(value)}</span>
        )}
      </div>
    );
  }
  const entries = Object.entries(value);
  const children = entries.map(([key, inner]) => (
    <li key={key}>
      <JsonTree name={key} value={inner} depth={depth + 1} />
    </li>
  ));
  if (depth === 0) return <ul className={styles.tree}>{children}</ul>;
  return (
    <details open={depth <= OPEN_DEPTH && entries.length <= LONG}>
      <summary className={styles.name}>
        <b>{name}</b> {Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}
      </summary>
      <ul className={styles.tree}>{children}</ul>
    </details>
  );
}
