import { TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Icon } from "../../shared/Icon";
import { text } from "../../shared/text";
import styles from "./SearchField.module.css";

interface SearchFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Finds people, bots and conversations; Ctrl or ⌘ + K goes here, Escape empties it. */
export function SearchField({ value, onChange }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className={styles.place}>
      <TextInput
        ref={field}
        type="search"
        aria-label={text.people.find}
        placeholder={text.people.find}
        leftSection={<Icon name="search" />}
        rightSection={value ? null : <kbd className={styles.keys}>{text.people.findHint}</kbd>}
        rightSectionWidth={58}
        rightSectionPointerEvents="none"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onChange("");
        }}
      />
    </div>
  );
}
