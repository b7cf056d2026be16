import { Link } from "@tanstack/react-router";
import { Icon } from "../../shared/Icon";
import styles from "../../shared/PlaceLink.module.css";
import { text } from "../../shared/text";

/** The way to the pages of bots. */
export function BotsLink() {
  return (
    <Link to="/bots" className={styles.link} activeProps={{ "aria-current": "page" }}>
      <Icon name="bot" />
      <span className={styles.name}>{text.people.allBots}</span>
    </Link>
  );
}
