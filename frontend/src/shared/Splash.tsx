import { Logo } from "./Logo";
import styles from "./Splash.module.css";
import { text } from "./text";

/** Shown while the first answer is on its way; only after a moment, so that a quick one does not flicker. */
export function Splash() {
  return (
    <div className={styles.splash} role="status" aria-label={text.loading}>
      <Logo large />
    </div>
  );
}
