import { Link } from "@tanstack/react-router";
import type { BotView } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { DialogProblem } from "../../../shared/Dialog";
import { Facts } from "../../../shared/Facts";
import { Part } from "../../../shared/Part";
import { wordsFor } from "../../../shared/problem";
import { useChatSession } from "../../chat/chatSession";
import { useRecord } from "../useBots";
import styles from "./BotRecord.module.css";
import { factsOf } from "./recordOf";

const words = botText.record;

/** What the serving revision did of late: for operators, as all that the ledger tells. */
export function BotRecord({ bot }: { readonly bot: BotView }) {
  const { me } = useChatSession();
  const rows = useRecord(bot);
  if (!me.operator || bot.revision === null || rows.isPending) return null;
  const facts = factsOf(rows.data?.items ?? []);
  return (
    <Part title={words.title}>
      {rows.isError && !rows.data ? (
        <DialogProblem>
          {words.failed} {wordsFor(rows.error)}
        </DialogProblem>
      ) : (
        <>
          <p>{facts ? words.lead : words.none}</p>
          {facts ? <Facts facts={facts} /> : null}
        </>
      )}
      <Link to="/dead-letters" search={{ status: "all", bot: bot.name }} className={styles.letters}>
        {words.letters}
      </Link>
    </Part>
  );
}
