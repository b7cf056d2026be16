import type { LetterView } from "../../../contracts.gen";
import { CodeText } from "../../../shared/CodeText";
import { Facts } from "../../../shared/Facts";
import { letterText } from "../../../shared/letterText";
import { Folded, Part } from "../../../shared/Part";
import { pretty, shortDigest } from "../letterWords";

const words = letterText.letter;

/** Stack, headers and ids: for whoever looks into the machine. */
export function Technical({ view }: { readonly view: LetterView }) {
  const { letter } = view;
  return (
    <Part title={words.technical}>
      {view.error_stack || letter.error_text.includes("\n") ? (
        <Folded title={words.stack}>
          <CodeText label={words.stack}>
            {`${letter.error_type}: ${letter.error_text}\n\n${view.error_stack}`}
          </CodeText>
        </Folded>
      ) : null}
      <Folded title={words.headers}>
        <CodeText label={words.headers}>{pretty(view.headers)}</CodeText>
      </Folded>
      <Facts
        facts={[
          [words.facts.frame, view.error_frame],
          [words.facts.revision, letter.revision ? shortDigest(letter.revision) : null],
          [words.facts.run, letter.run === null ? null : String(letter.run)],
          [words.facts.path, view.path],
          [words.facts.routingKey, view.routing_key],
          [words.facts.messageId, view.message_id],
        ]}
      />
    </Part>
  );
}
