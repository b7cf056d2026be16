import { Link } from "@tanstack/react-router";
import { Icon } from "../../shared/Icon";
import styles from "../../shared/PlaceLink.module.css";
import { text } from "../../shared/text";
import { useLettersLive, useOpenCount } from "./useLetters";

const words = text.people;

/** The operators' way to the dead letters, with how many wait for somebody. */
export function OpenLetters() {
  useLettersLive();
  const count = useOpenCount();
  const shown =
    count && count.open > 0 ? `${count.open.toLocaleString("en")}${count.more ? "+" : ""}` : null;
  return (
    <Link to="/dead-letters" className={styles.link} activeProps={{ "aria-current": "page" }}>
      <Icon name="letter" />
      <span className={styles.name}>{words.deadLetters}</span>
      {shown ? (
        <span className={styles.count}>
          <span aria-hidden="true">{shown}</span>
          <span className={styles.spoken}>{words.openLetters(shown)}</span>
        </span>
      ) : null}
    </Link>
  );
}
