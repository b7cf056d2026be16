import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { BotView, CaseView } from "../../contracts.gen";
import { ActButton } from "../../shared/ActButton";
import { get, post } from "../../shared/http";
import { ledgerText } from "../../shared/ledgerText";
import { wordsFor } from "../../shared/problem";

/** One click: what happened becomes a case in the bot's file. path is where the case is read. */
export function MakeTest({ path }: { readonly path: string }) {
  const make = useMutation({
    mutationFn: async () => {
      const made = await get<CaseView>(path);
      await post<BotView>(`/bots/${made.bot}/cases`, { case: made.case });
      return made.bot;
    },
  });
  if (make.isSuccess)
    return (
      <span role="status">
        {ledgerText.made(make.data)}{" "}
        <Link to="/bots/$name/history" params={{ name: make.data }}>
          @{make.data}
        </Link>
      </span>
    );
  return (
    <>
      <ActButton icon="note" disabled={make.isPending} onClick={() => make.mutate()}>
        {ledgerText.make}
      </ActButton>
      {make.error ? <span role="alert">{wordsFor(make.error)}</span> : null}
    </>
  );
}
