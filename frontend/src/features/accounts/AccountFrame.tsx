import type { ReactNode } from "react";
import { Icon } from "../../shared/Icon";
import { Logo } from "../../shared/Logo";
import { text } from "../../shared/text";
import styles from "./AccountFrame.module.css";

interface AccountFrameProps {
  readonly title: string;
  readonly problem: string | null;
  readonly children: ReactNode;
}

/** The page around the login and sign-up forms. */
export function AccountFrame({ title, problem, children }: AccountFrameProps) {
  return (
    <main className={styles.page}>
      <section className={styles.card}>
        <header className={styles.head}>
          <Logo large />
          <p className={styles.motto}>
            <b>{text.product}</b> {text.motto}
          </p>
        </header>
        <h1 className={styles.title}>{title}</h1>
        {problem ? (
          <p className={styles.problem} role="alert">
            <Icon name="warning" />
            {problem}
          </p>
        ) : null}
        {children}
      </section>
    </main>
  );
}
