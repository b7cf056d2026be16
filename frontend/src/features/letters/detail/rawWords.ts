// An unreadable body for people: pure.

const WIDTH = 16; // bytes a line, as hex viewers have it
const MOST = 4096; // bytes shown: what is wrong with a body stands at its head

/** Return the bytes of a base64 text; of one that is none, its characters. */
export function bytesOf(raw: string): Uint8Array {
  try {
    return Uint8Array.from(atob(raw), (char) => char.charCodeAt(0));
  } catch {
    return new TextEncoder().encode(raw);
  }
}

/** Return the bytes as lines "offset  hex  text". */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST); at += WIDTH) {
    const line = [...bytes.slice(at, at + WIDTH)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const shown = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "."));
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(WIDTH * 3)} ${shown.join("")}`);
  }
  if (bytes.length > MOST) lines.push(`… ${bytes.length - MOST} more`);
  return lines.join("\n");
}

/** Return what of the bytes is UTF-8; each wrong byte is marked. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8").decode(bytes.slice(0, MOST));
}
