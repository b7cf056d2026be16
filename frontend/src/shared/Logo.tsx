import styles from "./Logo.module.css";

/** The mark: a rabbit that looks out of its burrow. */
export function Logo({ large = false }: { readonly large?: boolean }) {
  return (
    <svg
      className={large ? styles.large : styles.mark}
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
    >
      <rect className={styles.ground} width="32" height="32" rx="9" />
      <g className={styles.rabbit}>
        <ellipse cx="12.3" cy="11.4" rx="2.5" ry="6.6" transform="rotate(-9 12.3 11.4)" />
        <ellipse cx="19.9" cy="11.2" rx="2.5" ry="6.6" transform="rotate(13 19.9 11.2)" />
        <path d="M7.6 26a8.4 8.6 0 0116.8 0z" />
      </g>
      <g className={styles.ground}>
        <circle cx="13.1" cy="22.6" r="1.15" />
        <circle cx="18.9" cy="22.6" r="1.15" />
      </g>
    </svg>
  );
}
