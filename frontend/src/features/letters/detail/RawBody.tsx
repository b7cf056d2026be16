import { CodeText } from "../../../shared/CodeText";
import { letterText } from "../../../shared/letterText";
import { Part } from "../../../shared/Part";
import { bytesOf, hexLines, textOf } from "./rawWords";

const words = letterText.letter;

/** A body that nobody could read: its bytes, and what of it is text. raw is base64. */
export function RawBody({ raw }: { readonly raw: string }) {
  const bytes = bytesOf(raw);
  return (
    <Part title={words.raw}>
      <h3>{words.text}</h3>
      <CodeText label={words.text}>{textOf(bytes)}</CodeText>
      <h3>{words.hex}</h3>
      <CodeText label={words.hex}>{hexLines(bytes)}</CodeText>
    </Part>
  );
}
