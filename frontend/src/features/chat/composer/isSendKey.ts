const IME_KEY_CODE = 229; // Safari ends a composition before its Enter; this code still tells

/** Say whether a key press means "send": Enter alone, and not the Enter that ends a composition. */
export function isSendKey(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === IME_KEY_CODE) return false;
  return !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);
}
