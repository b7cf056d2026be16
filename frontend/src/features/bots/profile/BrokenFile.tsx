import { Link } from "@tanstack/react-router";
import type { BotView, LintError } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { useChatSession } from "../../chat/chatSession";
import styles from "./BrokenFile.module.css";
import { caretUnder } from "./caretUnder";

const words = botText.broken;

/** What is wrong in the bot's file, line by line, and that nothing is lost by it. */
export function BrokenFile({ bot }: { readonly bot: BotView }) {
  const { me } = useChatSession();
  return (
    <section className={styles.broken} aria-labelledby="broken-title">
      <h2 id="broken-title">{words.title(bot.errors.length)}</h2>
      <p>{bot.revision === null ? words.never : words.serves(bot.number)}</p>
      <ul>
        {bot.errors.map((error) => (
          <li key={`${error.line}:${error.column} ${error.message}`}>
            <Fault error={error} />
          </li>
        ))}
      </ul>
      {me.operator ? (
        <Link to="/bots/$name/edit" params={{ name: bot.name }}>
          {words.mend}
        </Link>
      ) : null}
    </section>
  );
}

function Fault({ error }: { readonly error: LintError }) {
  const place = words.place(error.line, error.column);
  return (
    <>
      <b>{place}:</b> {error.message}
      {error.hint ? ` (${error.hint})` : ""}
      {error.source_line ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long line scrolls, by the keyboard too
        <pre tabIndex={0}>
          {error.source_line}
          {"\n"}
          <span aria-hidden="true">{caretUnder(error)}</span>
        </pre>
      ) : null}
    </>
  );
}
