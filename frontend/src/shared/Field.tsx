import type { ReactNode } from "react";
import styles from "./Field.module.css";

interface FieldProps {
  readonly label: string;
  readonly error?: string | null;
  readonly children: ReactNode;
}

/** A label around its native field, with what is wrong below it. */
export function Field({ label, error = null, children }: FieldProps) {
  return (
    <div className={styles.field}>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is what stands inside */}
      <label>
        {label}
        {children}
      </label>
      {error ? <small role="alert">{error}</small> : null}
    </div>
  );
}
