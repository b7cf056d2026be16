import { botText } from "../../../shared/botText";
import { LoadFailed } from "../../../shared/LoadFailed";
import { Refused, wordsFor } from "../../../shared/problem";
import { Stale } from "../../../shared/Stale";
import { text } from "../../../shared/text";
import { useChatSession } from "../../chat/chatSession";
import { nameOf } from "../botWords";
import { PageFrame } from "../PageFrame";
import { useBot } from "../useBots";
import { BotEditor } from "./BotEditor";
import { baseOf } from "./useBotText";

const words = botText.editor;

/** A bot's file: operators change and try it, others read it. */
export function EditPage({ name }: { readonly name: string }) {
  const { me } = useChatSession();
  const bot = useBot(name);
  if (bot.isError && !bot.data) {
    const gone = bot.error instanceof Refused && bot.error.problem.status === 404;
    return (
      <PageFrame title={name}>
        <LoadFailed
          what={gone ? botText.page.notFound : words.failed}
          why={gone ? "" : wordsFor(bot.error)}
          onRetry={() => void bot.refetch()}
        />
      </PageFrame>
    );
  }
  const shown = bot.data ? nameOf(bot.data.body) : name;
  const title = me.operator ? words.title(shown) : words.readTitle(shown);
  const base = bot.data ? baseOf(bot.data) : null;
  return (
    <PageFrame title={title} bot={name} wide>
      <h1>{title}</h1>
      <Stale read={bot} />
      {bot.data && base ? (
        <BotEditor
          name={name}
          text={bot.data.body.yaml ?? ""}
          base={base}
          now={{ base, view: bot.data.body }}
          readOnly={!me.operator}
          onSaved={() => {}}
        />
      ) : (
        <p role="status">{text.loading}</p>
      )}
    </PageFrame>
  );
}
