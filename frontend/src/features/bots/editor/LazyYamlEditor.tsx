// The editor comes on demand: it is the heaviest part of these pages.
import { type ComponentProps, lazy, Suspense } from "react";
import { botText } from "../../../shared/botText";
import type { YamlEditor } from "./YamlEditor";

const Editor = lazy(async () => ({ default: (await import("./YamlEditor")).YamlEditor }));

export function LazyYamlEditor(props: ComponentProps<typeof YamlEditor>) {
  return (
    <Suspense fallback={<p role="status">{botText.editor.loading}</p>}>
      <Editor {...props} />
    </Suspense>
  );
}
