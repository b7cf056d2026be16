import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ActButton } from "../../../shared/ActButton";
import { botText } from "../../../shared/botText";
import { Field } from "../../../shared/Field";
import { useChatSession } from "../../chat/chatSession";
import { PageFrame } from "../PageFrame";
import { useBotList } from "../useBots";
import { BotEditor } from "./BotEditor";
import { forget, NEW_BOT, readKept } from "./keptText";
import styles from "./NewBotPage.module.css";
import { isBotName } from "./saveDecision";
import { templateFor } from "./template";

const words = botText.make;
const NOTHING = { text: "", etag: null };

/** A new bot: its name, then a file that works, to be made one's own and saved. */
export function NewBotPage() {
  const { me } = useChatSession();
  const navigate = useNavigate();
  const [text, setText] = useState(() => readKept(me.id, NEW_BOT)?.text ?? null);
  return (
    <PageFrame title={words.title} wide>
      <h1>{words.title}</h1>
      {text === null ? (
        <NameForm onName={(name) => setText(templateFor(name))} />
      ) : (
        <BotEditor
          name={null}
          text={text}
          base={NOTHING}
          now={null}
          readOnly={false}
          onSaved={({ name }) =>
            void navigate({ to: "/bots/$name", params: { name }, replace: true })
          }
          onDiscard={() => {
            forget(me.id, NEW_BOT);
            setText(null);
          }}
        />
      )}
    </PageFrame>
  );
}

function NameForm({ onName }: { readonly onName: (name: string) => void }) {
  const bots = useBotList();
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const name = typed.trim();
  const taken = bots.data?.items.some((bot) => bot.name === name) ?? false;
  const error = !isBotName(name) ? words.badName : taken ? words.taken(name) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (error === null) onName(name);
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <p>{words.lead}</p>
      <Field label={words.name} error={tried ? error : null}>
        <input
          // biome-ignore lint/a11y/noAutofocus: the page asks for nothing else
          autoFocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={63}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </Field>
      <p className={styles.hint}>{words.nameHint}</p>
      <ActButton submit main icon="right">
        {words.begin}
      </ActButton>
    </form>
  );
}
