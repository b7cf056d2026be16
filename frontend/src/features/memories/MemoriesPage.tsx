import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { MemoryView, PageMemoryView } from "../../contracts.gen";
import { ActButton } from "../../shared/ActButton";
import { get, remove } from "../../shared/http";
import { LoadFailed } from "../../shared/LoadFailed";
import { ledgerText } from "../../shared/ledgerText";
import { wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import { fullTime, listTime } from "../../shared/time";
import styles from "../ledger/LedgerPage.module.css";

const words = ledgerText;
const MEMORIES = ["memories"];
const PAGE = 100; // as the route gives at most

/** What bots remember of the reader: seen and deleted by nobody else. */
export function MemoriesPage() {
  const kept = useQuery({
    queryKey: MEMORIES,
    queryFn: () => get<PageMemoryView>("/memories", { limit: PAGE }),
  });
  useEffect(() => {
    document.title = `${words.memories} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, []);
  const items = kept.data?.items ?? [];
  const bots = [...new Set(items.map(({ bot }) => bot))];
  return (
    <div className={styles.page}>
      <h1>{words.memories}</h1>
      <p>{words.memoriesLead}</p>
      {kept.isError ? (
        <LoadFailed
          what={words.memories}
          why={wordsFor(kept.error)}
          onRetry={() => void kept.refetch()}
        />
      ) : null}
      {kept.data && items.length === 0 ? <p>{words.noMemories}</p> : null}
      {bots.map((bot) => (
        <OfBot key={bot} bot={bot} items={items.filter((one) => one.bot === bot)} />
      ))}
    </div>
  );
}

function OfBot({ bot, items }: { readonly bot: string; readonly items: readonly MemoryView[] }) {
  const [sure, setSure] = useState(false);
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: (path: string) => remove(path),
    onSettled: () => client.invalidateQueries({ queryKey: MEMORIES }),
  });
  return (
    <section aria-label={`@${bot}`}>
      <h2>@{bot}</h2>
      <ul className={styles.entries}>
        {items.map((one) => (
          <li key={one.id}>
            <p>{one.text}</p>
            <time dateTime={one.at} title={fullTime(one.at)}>
              {listTime(one.at)}
            </time>{" "}
            <ActButton
              label={`${words.forget}: ${one.text.slice(0, 60)}`}
              onClick={() => forget.mutate(`/memories/${one.id}`)}
            >
              {words.forget}
            </ActButton>
          </li>
        ))}
      </ul>
      {forget.error ? <p role="alert">{wordsFor(forget.error)}</p> : null}
      <ActButton
        danger={sure}
        onClick={() => (sure ? forget.mutate(`/memories?bot=${bot}`) : setSure(true))}
      >
        {sure ? words.sure : words.forgetAll(bot)}
      </ActButton>
    </section>
  );
}
