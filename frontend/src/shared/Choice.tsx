import { useId } from "react";
import styles from "./Choice.module.css";

export interface ChoiceOption<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string | null;
  /** Why it cannot be chosen; null or absent when it can. */
  readonly whyNot?: string | null;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly ChoiceOption<T>[];
  readonly value: T | null;
  readonly onChange: (value: T) => void;
}

/** One of a few: radio buttons, each with what it means or why it is not possible. */
export function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles.choice}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} data-off={Boolean(option.whyNot)}>
          <input
            type="radio"
            name={name}
            checked={value === option.value}
            disabled={Boolean(option.whyNot)}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {(option.whyNot ?? option.hint) ? <small>{option.whyNot ?? option.hint}</small> : null}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
