import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./Dialog.module.css";
import { text } from "./text";

interface DialogProps {
  readonly title: string;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The one frame of all dialogs of pages; closed by Esc and by its button. */
export function Dialog({ title, wide = false, onClose, children }: DialogProps) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={wide ? 980 : 540}
      centered={!wide}
      closeOnClickOutside={!wide}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ "aria-label": text.close }}
      classNames={{ title: styles.title ?? "" }}
    >
      <div className={styles.body}>{children}</div>
    </Modal>
  );
}

/** The buttons at the end of a dialog. */
export function DialogActs({ children }: { readonly children: ReactNode }) {
  return <div className={styles.acts}>{children}</div>;
}

/** What went wrong, in the server's words. */
export function DialogProblem({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles.problem} role="alert">
      {children}
    </div>
  );
}
