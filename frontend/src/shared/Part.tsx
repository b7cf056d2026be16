import type { ReactNode } from "react";
import styles from "./Part.module.css";

interface PartProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** One part of a page, under its heading. */
export function Part({ title, children }: PartProps) {
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface FoldedProps extends PartProps {
  /** Told once it is opened, for what is read only then. */
  readonly onOpen?: () => void;
}

/** What few people want to see: closed until somebody opens it. */
export function Folded({ title, children, onOpen }: FoldedProps) {
  return (
    <details
      className={styles.folded}
      onToggle={({ currentTarget }) => currentTarget.open && onOpen?.()}
    >
      <summary>{title}</summary>
      <div className={styles.within}>{children}</div>
    </details>
  );
}
