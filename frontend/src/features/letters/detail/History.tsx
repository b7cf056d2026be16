import { Link } from "@tanstack/react-router";
import type { ActView, FailureView, LetterView } from "../../../contracts.gen";
import { CodeText } from "../../../shared/CodeText";
import { Icon } from "../../../shared/Icon";
import { letterText } from "../../../shared/letterText";
import { Folded, Part } from "../../../shared/Part";
import { fullTime, listTime } from "../../../shared/time";
import { errorLine, pretty } from "../letterWords";
import styles from "./History.module.css";
import { historyOf } from "./historyOf";

const words = letterText.letter;

/** Every failure and every act, oldest first, and who has looked. */
export function History({ view }: { readonly view: LetterView }) {
  return (
    <Part title={words.history}>
      <ol className={styles.history}>
        {historyOf(view).map((happened) => (
          <li key={`${happened.kind} ${happened.at}`}>
            <time dateTime={happened.at} title={fullTime(happened.at)}>
              {listTime(happened.at)}
            </time>
            {happened.kind === "failure" ? (
              <Failure failure={happened.failure} />
            ) : (
              <Act act={happened.act} />
            )}
          </li>
        ))}
      </ol>
      {view.seen.length > 0 ? (
        <p className={styles.seen}>
          {words.seen}: {view.seen.map(({ by, at }) => `${by} (${listTime(at)})`).join(", ")}
        </p>
      ) : null}
    </Part>
  );
}

function Failure({ failure }: { readonly failure: FailureView }) {
  return (
    <div className={styles.failure}>
      <b>
        <Icon name="warning" /> {words.failure(failure.number)}
      </b>{" "}
      {letterText.trigger[failure.trigger]}: {letterText.reason[failure.reason]}
      {failure.step ? ` (${failure.step})` : ""}
      <span className={styles.error}>{errorLine(failure)}</span>
    </div>
  );
}

function Act({ act }: { readonly act: ActView }) {
  return (
    <div className={styles.act}>
      <b>{act.by}</b> {letterText.act[act.kind]}
      {act.step ? ` (${act.step})` : ""}
      {act.reason ? ` ${words.because(act.reason)}` : ""}
      {act.job ? (
        <>
          {" · "}
          <Link to="/dead-letters/replays/$job" params={{ job: act.job }}>
            {words.ofJob}
          </Link>
        </>
      ) : null}
      {act.message_id && act.from_message_id ? (
        <span className={styles.ids}>{words.newCopy(act.from_message_id, act.message_id)}</span>
      ) : null}
      {act.patch.length > 0 ? (
        <Folded title={words.patch(act.patch.length)}>
          <CodeText label={words.patch(act.patch.length)}>{pretty(act.patch)}</CodeText>
        </Folded>
      ) : null}
    </div>
  );
}
