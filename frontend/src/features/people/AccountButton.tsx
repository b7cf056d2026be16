import { lazy, Suspense, useState } from "react";
import { Avatar } from "../../shared/Avatar";
import { text } from "../../shared/text";
import { useChatSession } from "../chat/chatSession";
import styles from "./AccountMenu.module.css";

const load = () => import("./AccountMenu");
const AccountMenu = lazy(async () => ({ default: (await load()).AccountMenu }));

/** The reader's face: its menu is fetched when somebody reaches for it, not with the page. */
export function AccountButton() {
  const { me } = useChatSession();
  const [wanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      className={styles.button}
      aria-label={text.account.menu(me.display_name)}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setWanted(true)}
    >
      <Avatar user={{ ...me, kind: "person", avatar: "" }} />
    </button>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <AccountMenu />
    </Suspense>
  );
}
