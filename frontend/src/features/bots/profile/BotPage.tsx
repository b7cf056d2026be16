import type { BotView } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { LoadFailed } from "../../../shared/LoadFailed";
import { Refused, wordsFor } from "../../../shared/problem";
import { Stale } from "../../../shared/Stale";
import { text } from "../../../shared/text";
import { nameOf } from "../botWords";
import { PageFrame } from "../PageFrame";
import { useBot } from "../useBots";
import { BotHead } from "./BotHead";
import { BotRecord } from "./BotRecord";
import { BrokenFile } from "./BrokenFile";
import { Pipeline } from "./Pipeline";
import { Reach } from "./Reach";
import { Starters } from "./Starters";

const words = botText.page;

/** One bot: who it is, what it can reach, how it stands now, and what it is made of. */
export function BotPage({ name }: { readonly name: string }) {
  const bot = useBot(name);
  if (bot.isError && !bot.data) {
    const gone = bot.error instanceof Refused && bot.error.problem.status === 404;
    return (
      <PageFrame title={name}>
        <LoadFailed
          what={gone ? words.notFound : words.failed}
          why={gone ? "" : wordsFor(bot.error)}
          onRetry={() => void bot.refetch()}
        />
      </PageFrame>
    );
  }
  return (
    <PageFrame title={bot.data ? nameOf(bot.data.body) : name}>
      <Stale read={bot} />
      {bot.data ? <Bot bot={bot.data.body} /> : <p role="status">{text.loading}</p>}
    </PageFrame>
  );
}

function Bot({ bot }: { readonly bot: BotView }) {
  return (
    <>
      <BotHead bot={bot} />
      {bot.errors.length > 0 && bot.status === "broken" ? <BrokenFile bot={bot} /> : null}
      <Starters bot={bot} />
      <Pipeline bot={bot} />
      <Reach bot={bot} />
      <BotRecord bot={bot} />
    </>
  );
}
