import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Icon } from "../../../shared/Icon";
import { text } from "../../../shared/text";
import { useChatSession, useDraft } from "../chatSession";
import { keepDraft } from "../drafts";
import styles from "./Composer.module.css";
import { checkBody } from "./checkBody";
import { isSendKey } from "./isSendKey";

const words = text.composer;

interface ComposerProps {
  readonly conversationId: string;
  readonly name: string;
  readonly onSend: (body: string) => void;
  readonly onStop: () => void;
}

/** The field to write in. What is written is kept as a draft until it is sent. */
export function Composer({ conversationId, name, onSend, onStop }: ComposerProps) {
  const { drafts } = useChatSession();
  const draft = useDraft(conversationId);
  const [body, setBody] = useState(draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const check = checkBody(body);
  useEffect(() => {
    // a phone's keyboard would cover what one came to read
    if (window.matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);
  const change = (next: string) => {
    setBody(next);
    keepDraft(drafts, conversationId, next);
  };
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!check.sendable) return;
    onSend(body);
    change("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isSendKey(event.nativeEvent)) {
      event.preventDefault();
      send();
    }
    if (event.key === "Escape") onStop();
  };
  return (
    <form className={styles.composer} onSubmit={send}>
      <div className={styles.box}>
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          aria-label={words.label(name)}
          aria-describedby="composer-note"
          aria-invalid={check.over > 0}
          placeholder={words.placeholder(name)}
          enterKeyHint="send"
          value={body}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {/* the same text in the same place gives the field its height */}
        <div className={styles.shadow} aria-hidden="true">{`${body}\n`}</div>
        <button
          type="submit"
          className={styles.send}
          aria-label={words.send}
          title={words.send}
          disabled={!check.sendable}
        >
          <Icon name="send" />
        </button>
      </div>
      <p
        id="composer-note"
        className={styles.note}
        data-over={check.over > 0}
        role={check.over > 0 ? "alert" : undefined}
      >
        {check.note ?? words.hint}
      </p>
    </form>
  );
}
