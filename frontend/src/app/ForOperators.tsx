import { Link } from "@tanstack/react-router";
import { type ReactNode, Suspense } from "react";
import { useChatSession } from "../features/chat/chatSession";
import { Splash } from "../shared/Splash";
import { text } from "../shared/text";
import styles from "./ForOperators.module.css";

/** A page that only operators see; others are told so. The server checks it too. */
export function ForOperators({ children }: { readonly children: ReactNode }) {
  const { me } = useChatSession();
  if (me.operator) return <Suspense fallback={<Splash />}>{children}</Suspense>;
  return (
    <div className={styles.page}>
      <h1>{text.operators.only}</h1>
      <p>{text.operators.why}</p>
      <Link to="/">{text.operators.back}</Link>
    </div>
  );
}
