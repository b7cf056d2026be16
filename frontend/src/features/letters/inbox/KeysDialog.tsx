import { Dialog } from "../../../shared/Dialog";
import { letterText } from "../../../shared/letterText";
import styles from "./KeysDialog.module.css";

/** The keys of the inbox. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={letterText.keys.title} onClose={onClose}>
      <dl className={styles.keys}>
        {letterText.keys.rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
