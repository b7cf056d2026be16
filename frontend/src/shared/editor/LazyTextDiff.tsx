// The diff comes on demand: most visits of a page need none.
import { type ComponentProps, lazy, Suspense } from "react";
import { text } from "../text";
import type { TextDiff } from "./TextDiff";

const Diff = lazy(async () => ({ default: (await import("./TextDiff")).TextDiff }));

export function LazyTextDiff(props: ComponentProps<typeof TextDiff>) {
  return (
    <Suspense fallback={<p role="status">{text.loading}</p>}>
      <Diff {...props} />
    </Suspense>
  );
}
