import { Button } from "@mantine/core";
import { Icon } from "./Icon";
import styles from "./LoadFailed.module.css";
import { text } from "./text";

interface LoadFailedProps {
  readonly what: string;
  readonly why?: string;
  readonly onRetry: () => void;
}

/** What could not be read, why, and the way on. */
export function LoadFailed({ what, why, onRetry }: LoadFailedProps) {
  return (
    <div className={styles.card} role="alert">
      <span className={styles.icon}>
        <Icon name="warning" />
      </span>
      <p className={styles.what}>{what}</p>
      {why ? <p className={styles.why}>{why}</p> : null}
      <Button variant="default" size="compact-md" onClick={onRetry}>
        {text.retry}
      </Button>
    </div>
  );
}
