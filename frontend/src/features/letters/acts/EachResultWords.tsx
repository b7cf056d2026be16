import { DialogProblem } from "../../../shared/Dialog";
import { letterText } from "../../../shared/letterText";
import type { EachResult } from "./useEach";

const words = letterText.each;

/** What came of an act on many: how many are done, which were refused and why. */
export function EachResultWords({ result }: { readonly result: EachResult }) {
  return (
    <>
      {result.done > 0 ? <p role="status">{words.done(result.done)}</p> : null}
      {result.refused.length > 0 ? (
        <DialogProblem>
          {words.refused(result.refused.length)}
          <ul>
            {result.refused.map(({ reference, why }) => (
              <li key={reference}>
                {reference}: {why}
              </li>
            ))}
          </ul>
        </DialogProblem>
      ) : null}
    </>
  );
}
