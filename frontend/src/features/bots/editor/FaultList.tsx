import type { LintError } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { Icon } from "../../../shared/Icon";
import styles from "./FaultList.module.css";
import { faultWords } from "./lintMarks";
import type { Lint } from "./useLint";

const words = botText.editor;

interface FaultListProps {
  readonly lint: Lint;
  readonly text: string;
  readonly onGo: (fault: LintError) => void;
}

/** What the check says of the text, one line a fault; a click goes there. */
export function FaultList({ lint, text, onGo }: FaultListProps) {
  const { faults, of, failed } = lint;
  return (
    <div className={styles.faults}>
      <p role="status" data-bad={faults.length > 0}>
        {failed ? words.notChecked : null}
        {!failed && of !== text ? words.checking : null}
        {!failed && of === text ? (
          <>
            <Icon name={faults.length > 0 ? "warning" : "check"} />
            {faults.length > 0 ? words.faults(faults.length) : words.good}
          </>
        ) : null}
      </p>
      {faults.length > 0 ? (
        <ul aria-label={words.faultList}>
          {faults.map((fault) => (
            <li key={`${fault.line}:${fault.column} ${fault.message}`}>
              <button type="button" onClick={() => onGo(fault)}>
                <code>
                  {fault.line}:{fault.column}
                </code>
                <span>{faultWords(fault)}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
