// Editor and diff come on demand: most visits of a letter need neither.
import { type ComponentProps, lazy, Suspense } from "react";
import { letterText } from "../../../shared/letterText";
import type { JsonEditor } from "./JsonEditor";
import type { TextDiff } from "./TextDiff";

const Editor = lazy(async () => ({ default: (await import("./JsonEditor")).JsonEditor }));
const Diff = lazy(async () => ({ default: (await import("./TextDiff")).TextDiff }));

const loading = <p role="status">{letterText.letter.loadingEditor}</p>;

export function LazyJsonEditor(props: ComponentProps<typeof JsonEditor>) {
  return (
    <Suspense fallback={loading}>
      <Editor {...props} />
    </Suspense>
  );
}

export function LazyTextDiff(props: ComponentProps<typeof TextDiff>) {
  return (
    <Suspense fallback={loading}>
      <Diff {...props} />
    </Suspense>
  );
}
