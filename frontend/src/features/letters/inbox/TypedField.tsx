import { useEffect, useState } from "react";
import { Field } from "../../../shared/Field";

const TYPING_MS = 300; // a pause in typing, then it is searched

interface TypedFieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** Returns what is wrong with a text, which then stays here; null when it may go on. */
  readonly faultOf?: (value: string) => string | null;
  readonly onChange: (value: string) => void;
}

/** A text field whose value reaches the address after a pause in typing. */
export function TypedField(props: TypedFieldProps) {
  const { label, value, placeholder = "", faultOf = () => null, onChange } = props;
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [sent, setSent] = useState(value);
  const [fault, setFault] = useState<string | null>(null);
  if (known !== value) {
    setKnown(value);
    // the address changed by itself (back, a link, "clear"); what was typed here stays
    if (value !== sent) setTyped(value);
    setSent(value);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    setFault(null);
    const wanted = typed.trim();
    if (wanted === value) return;
    const timer = setTimeout(() => {
      const wrong = faultOf(wanted);
      setFault(wrong);
      if (wrong) return;
      setSent(wanted);
      onChange(wanted);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <Field label={label} error={fault}>
      <input
        type="search"
        value={typed}
        placeholder={placeholder}
        onChange={({ target }) => setTyped(target.value)}
      />
    </Field>
  );
}
