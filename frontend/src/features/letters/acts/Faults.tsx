import { DialogProblem } from "../../../shared/Dialog";
import { letterText } from "../../../shared/letterText";
import type { JsonFault } from "../editor/jsonFaults";

const SHOWN = 8; // more than that is not read

/** What is wrong with a JSON text, line by line. */
export function Faults({ faults }: { readonly faults: readonly JsonFault[] }) {
  if (faults.length === 0) return null;
  return (
    <DialogProblem>
      {letterText.edit.faults(faults.length)}
      <ul>
        {faults.slice(0, SHOWN).map(({ from, line, what }) => (
          <li key={`${from}${what}`}>{letterText.edit.fault(line, what)}</li>
        ))}
      </ul>
    </DialogProblem>
  );
}
