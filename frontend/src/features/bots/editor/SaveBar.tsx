import { Link } from "@tanstack/react-router";
import { ActButton } from "../../../shared/ActButton";
import { botText } from "../../../shared/botText";
import { DialogProblem } from "../../../shared/Dialog";
import { Refused, wordsFor } from "../../../shared/problem";
import styles from "./SaveBar.module.css";
import { isConflict, nameIn } from "./saveDecision";
import type { BotText } from "./useBotText";

const words = botText.editor;

interface SaveBarProps {
  readonly bot: BotText;
  readonly name: string | null;
  readonly onDiscard: () => void;
}

/** Save, and how it went; what is not saved is said to be kept. */
export function SaveBar({ bot, name, onDiscard }: SaveBarProps) {
  const { save, changed, told } = bot;
  return (
    <div className={styles.save}>
      <div className={styles.acts}>
        <ActButton main icon="check" disabled={save.isPending} onClick={bot.trySave}>
          {save.isPending ? words.saving : words.save}
        </ActButton>
        {changed ? <ActButton onClick={onDiscard}>{words.discard}</ActButton> : null}
        <span className={styles.hint}>{words.saveHint}</span>
      </div>
      <p role="status" className={styles.state}>
        {bot.restored ? `${words.restored} ` : null}
        {told === "nothing" ? words.same : null}
        {save.isSuccess ? words.saved(save.data.body.number) : null}
        {changed && !bot.restored && !save.isSuccess ? words.kept : null}
        {save.isSuccess && name !== null ? (
          <>
            {" "}
            <Link to="/bots/$name" params={{ name }}>
              {words.page}
            </Link>
          </>
        ) : null}
      </p>
      {told === "nameless" ? <DialogProblem>{botText.make.noName}</DialogProblem> : null}
      {save.isError ? <NotSaved bot={bot} name={name} /> : null}
      <p className={styles.hint}>{words.keys}</p>
    </div>
  );
}

/** Why nothing was saved, in the server's words; a conflict of a known bot has a part of its own. */
function NotSaved({ bot, name }: Pick<SaveBarProps, "bot" | "name">) {
  const { error } = bot.save;
  const taken = isConflict(error) && name === null ? nameIn(bot.text) : null;
  if (taken !== null) {
    return (
      <DialogProblem>
        {botText.conflict.exists(taken)} {botText.conflict.existsHint}{" "}
        <Link to="/bots/$name/edit" params={{ name: taken }}>
          {botText.conflict.editThat(taken)}
        </Link>
      </DialogProblem>
    );
  }
  if (bot.theirs) return null;
  const faults = error instanceof Refused ? (error.problem.errors ?? []) : [];
  return (
    <DialogProblem>
      {words.notSaved} {wordsFor(error)} {words.keptText}
      {faults.length > 0 ? (
        <ul>
          {faults.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>{detail}</li>
          ))}
        </ul>
      ) : null}
    </DialogProblem>
  );
}
