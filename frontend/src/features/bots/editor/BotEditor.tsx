import { type ReactNode, useRef } from "react";
import type { BotView } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { Playground } from "../playground/Playground";
import { useKinds } from "../useBots";
import styles from "./BotEditor.module.css";
import { Conflict } from "./Conflict";
import { FaultList } from "./FaultList";
import { LazyYamlEditor } from "./LazyYamlEditor";
import { SaveBar } from "./SaveBar";
import type { Base } from "./saveDecision";
import { useBotText } from "./useBotText";
import { useLint } from "./useLint";
import type { EditorHandle } from "./YamlEditor";

const words = botText.editor;

interface BotEditorProps {
  /** Null for a new bot: then it is saved under the name in its text. */
  readonly name: string | null;
  readonly text: string;
  readonly base: Base;
  /** The bot as it is now; null for a new one. */
  readonly now: { readonly base: Base; readonly view: BotView } | null;
  readonly readOnly: boolean;
  readonly onSaved: (saved: BotView) => void;
  readonly onDiscard?: () => void;
  readonly children?: ReactNode;
}

/** The file, what the check says of it, the way to save it, and a place to try it. */
export function BotEditor(props: BotEditorProps) {
  const { name, text, base, now, readOnly, onSaved } = props;
  const handle = useRef<EditorHandle | null>(null);
  const bot = useBotText({ name, text, base, now: now?.base ?? null, handle, onSaved });
  const lint = useLint(bot.text);
  const kinds = useKinds();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a key for all that stands within
    <div
      className={readOnly ? styles.alone : styles.both}
      onKeyDown={(event) => {
        if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || readOnly) return;
        event.preventDefault();
        bot.trySave();
      }}
    >
      <div className={styles.file}>
        <LazyYamlEditor
          label={words.label}
          initial={bot.text}
          readOnly={readOnly}
          faults={lint.faults}
          kinds={kinds.data?.items ?? []}
          handle={handle}
          onChange={bot.change}
        />
        {bot.theirs && now ? <Conflict bot={bot} theirs={bot.theirs} view={now.view} /> : null}
        <FaultList
          lint={lint}
          text={bot.text}
          onGo={(at) => handle.current?.goTo(at.line, at.column)}
        />
        {readOnly ? (
          <p role="note">{words.readOnly}</p>
        ) : (
          <SaveBar bot={bot} name={name} onDiscard={props.onDiscard ?? bot.discard} />
        )}
        {props.children}
      </div>
      {readOnly ? null : <Playground text={bot.text} />}
    </div>
  );
}
