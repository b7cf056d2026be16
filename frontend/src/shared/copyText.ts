/** Copy text to the clipboard. False when the browser refuses; plain http has only the old way. */
export async function copyText(content: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    return copyBySelection(content);
  }
}

function copyBySelection(content: string): boolean {
  const field = document.createElement("textarea");
  field.value = content;
  field.setAttribute("readonly", "");
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}
