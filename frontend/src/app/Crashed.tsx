import { LoadFailed } from "../shared/LoadFailed";
import { text } from "../shared/text";

/** What is shown when a part of the page broke: the way on, and no stack. */
export function Crashed() {
  return <LoadFailed what={text.errors.crashed} onRetry={() => location.reload()} />;
}
