import { useEffect, useState } from "react";
import styles from "./CopyButton.module.css";
import { copyText } from "./copyText";
import { Icon } from "./Icon";
import { text } from "./text";

const TOLD_MS = 2_000; // how long "Copied" stands

interface CopyButtonProps {
  readonly content: string;
  readonly label?: string;
}

/** A button that copies and says whether it did. */
export function CopyButton({ content, label = text.chat.copy }: CopyButtonProps) {
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => {
    if (!told) return;
    const timer = setTimeout(() => setTold(null), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = async () => {
    setTold((await copyText(content)) ? text.chat.copied : text.chat.copyFailed);
  };
  return (
    <button type="button" className={styles.button} onClick={copy}>
      <Icon name={told === text.chat.copied ? "check" : "copy"} />
      <span aria-live="polite">{told ?? label}</span>
    </button>
  );
}
