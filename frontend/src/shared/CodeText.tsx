import styles from "./CodeText.module.css";

interface CodeTextProps {
  readonly label: string;
  readonly children: string;
}

/** Text as machines write it; what is too wide or too long scrolls inside, by the keyboard too. */
export function CodeText({ label, children }: CodeTextProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
    <section className={styles.code} aria-label={label} tabIndex={0}>
      <pre>{children}</pre>
    </section>
  );
}
