import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { botText } from "../../shared/botText";
import { Icon } from "../../shared/Icon";
import { text } from "../../shared/text";
import styles from "./PageFrame.module.css";

interface PageFrameProps {
  /** Stands in the browser's tab. */
  readonly title: string;
  /** The bot that this page goes back to; without one it goes back to all bots. */
  readonly bot?: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A page about bots: the way back, and one scrolling column. */
export function PageFrame({ title, bot, wide = false, children }: PageFrameProps) {
  useEffect(() => {
    document.title = `${title} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, [title]);
  return (
    <div className={styles.page} data-wide={wide}>
      {bot ? (
        <Link to="/bots/$name" params={{ name: bot }} className={styles.back}>
          <Icon name="back" />@{bot}
        </Link>
      ) : (
        <Link to="/bots" className={styles.back}>
          <Icon name="back" />
          {botText.page.back}
        </Link>
      )}
      {children}
    </div>
  );
}
