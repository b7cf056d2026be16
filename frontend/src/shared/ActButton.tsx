import type { ReactNode } from "react";
import styles from "./ActButton.module.css";
import { Icon, type IconName } from "./Icon";

interface ActButtonProps {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  readonly icon?: IconName;
  readonly main?: boolean;
  readonly danger?: boolean;
  readonly submit?: boolean;
  readonly disabled?: boolean;
  readonly label?: string;
  /** Shown while it is pointed at, such as why it is disabled. */
  readonly hint?: string | undefined;
}

/** A button of the pages beside the chat. */
export function ActButton(props: ActButtonProps) {
  const { children, icon, main = false, danger = false, submit = false, label } = props;
  return (
    <button
      type={submit ? "submit" : "button"}
      className={styles.button}
      data-look={main ? "main" : danger ? "danger" : "plain"}
      disabled={props.disabled}
      aria-label={label}
      title={props.hint}
      onClick={props.onClick}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}
