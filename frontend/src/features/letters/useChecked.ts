// The checks of the JSON fields: loaded with the editor, run at every change.
import { useEffect, useState } from "react";
import type { CheckedJson } from "./editor/jsonFaults";

const NOTHING: CheckedJson = { value: null, faults: [] };

/** Return what a text is as JSON: nothing until the check is loaded. */
export function useChecked(content: string, schema: object | null): CheckedJson {
  const [check, setCheck] = useState<typeof import("./editor/jsonFaults").checkJson | null>(null);
  useEffect(() => {
    let here = true;
    void import("./editor/jsonFaults").then(({ checkJson }) => here && setCheck(() => checkJson));
    return () => {
      here = false;
    };
  }, []);
  return check ? check(content, schema) : NOTHING;
}
