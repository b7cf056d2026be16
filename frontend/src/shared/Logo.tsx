import styles from "./Logo.module.css";

/** The mark: a burrow with a pair of ears looking out. */
export function Logo({ large = false }: { readonly large?: boolean }) {
  return (
    <svg
      className={large ? styles.large : styles.mark}
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
    >
      <path className={styles.hill} d="M2 27a14 14 0 0128 0z" />
      <path className={styles.hole} d="M9 27a7 7 0 0114 0z" />
      <path className={styles.ear} d="M13.6 23c-2.4-4.6-3-9.8-1.5-13.2 2.6 2 4 7.4 3.5 12.6z" />
      <path className={styles.ear} d="M18.4 23c2.4-4.6 3-9.8 1.5-13.2-2.6 2-4 7.4-3.5 12.6z" />
    </svg>
  );
}
