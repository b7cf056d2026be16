import type { UseQueryResult } from "@tanstack/react-query";
import { wordsFor } from "./problem";
import styles from "./Stale.module.css";
import { text } from "./text";
import { clockTime } from "./time";

type Read = Pick<UseQueryResult, "data" | "dataUpdatedAt" | "failureReason">;

/** Says that what is shown may be old: it could not be read again. Nothing while all is well. */
export function Stale({ read }: { readonly read: Read }) {
  if (read.data === undefined || read.failureReason === null) return null;
  const at = clockTime(new Date(read.dataUpdatedAt).toISOString());
  return (
    <p className={styles.stale} role="status">
      {text.stale(at)} {wordsFor(read.failureReason)}
    </p>
  );
}
