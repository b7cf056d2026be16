import { Link } from "@tanstack/react-router";
import { decisionText } from "../../shared/decisionText";
import { Icon } from "../../shared/Icon";
import styles from "../../shared/PlaceLink.module.css";
import { useDecisionsLive, useWaiting } from "./useDecisions";

/** The way to what waits for the reader, with how much it is. Not there while nothing waits. */
export function WaitingLink() {
  useDecisionsLive();
  const { data } = useWaiting();
  const count = data ? data.drafts.length + data.questions.length : 0;
  if (count === 0) return null;
  return (
    <Link to="/decisions" className={styles.link} activeProps={{ "aria-current": "page" }}>
      <Icon name="hand" />
      <span className={styles.name}>{decisionText.link}</span>
      <span className={styles.count}>
        <span aria-hidden="true">{count}</span>
        <span className={styles.spoken}>{decisionText.count(String(count))}</span>
      </span>
    </Link>
  );
}
