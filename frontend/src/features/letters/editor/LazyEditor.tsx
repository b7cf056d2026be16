// The editor comes on demand: most visits of a letter need none.
import { type ComponentProps, lazy, Suspense } from "react";
import { letterText } from "../../../shared/letterText";
import type { JsonEditor } from "./JsonEditor";

const Editor = lazy(async () => ({ default: (await import("./JsonEditor")).JsonEditor }));

export function LazyJsonEditor(props: ComponentProps<typeof JsonEditor>) {
  return (
    <Suspense fallback={<p role="status">{letterText.letter.loadingEditor}</p>}>
      <Editor {...props} />
    </Suspense>
  );
}
