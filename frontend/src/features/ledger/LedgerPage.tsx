import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { LedgerEntry, LedgerRow, PageLedgerEntry, PageLedgerRow } from "../../contracts.gen";
import { get } from "../../shared/http";
import { LoadFailed } from "../../shared/LoadFailed";
import { ledgerText } from "../../shared/ledgerText";
import { wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import { fullTime, listTime } from "../../shared/time";
import styles from "./LedgerPage.module.css";
import { MakeTest } from "./MakeTest";

const words = ledgerText;
const PAGE = 100; // as the routes give at most

/** The expectation ledger: each bot's record, and the entries that it is made of. */
export function LedgerPage() {
  const record = useQuery({
    queryKey: ["ledger", "record"],
    queryFn: () => get<PageLedgerRow>("/ledger", { limit: PAGE }),
  });
  const entries = useQuery({
    queryKey: ["ledger", "entries"],
    queryFn: () => get<PageLedgerEntry>("/ledger/entries", { limit: PAGE }),
  });
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, []);
  const failed = record.error ?? entries.error;
  const rows = (record.data?.items ?? []).filter(({ step }) => step === "");
  const nothing = record.data !== undefined && rows.length === 0;
  return (
    <div className={styles.page}>
      <h1>{words.title}</h1>
      <p>{words.lead}</p>
      {failed ? (
        <LoadFailed
          what={words.failed}
          why={wordsFor(failed)}
          onRetry={() => void Promise.all([record.refetch(), entries.refetch()])}
        />
      ) : null}
      {nothing ? <p>{words.none}</p> : null}
      {rows.length > 0 ? <Table rows={rows} /> : null}
      {entries.data && entries.data.items.length > 0 ? (
        <section aria-label={words.entries}>
          <h2>{words.entries}</h2>
          <ul className={styles.entries}>
            {entries.data.items.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

function Table({ rows }: { readonly rows: readonly LedgerRow[] }) {
  const { columns } = words;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keys
    <section className={styles.scroll} tabIndex={0} aria-label={words.table}>
      <table>
        <thead>
          <tr>
            {Object.values(columns).map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.bot} ${row.revision}`}>
              <th scope="row">
                <Link to="/bots/$name" params={{ name: row.bot }}>
                  @{row.bot}
                </Link>
              </th>
              <td>{row.revision.slice(0, 8)}</td>
              <td>{row.turns}</td>
              <td>{row.failures}</td>
              <td>{words.share(row.sent_unedited, row.drafts)}</td>
              <td>{words.percent(row.distance)}</td>
              <td>{row.corrections}</td>
              <td>{words.thumbs(row.thumbs_up, row.thumbs_down)}</td>
              <td>{words.time(row.seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Entry({ entry }: { readonly entry: LedgerEntry }) {
  return (
    <li>
      <p>
        <b>
          @{entry.bot}: {words.kinds[entry.kind]}
        </b>{" "}
        {entry.by ? `· ${entry.by} ` : ""}
        <time dateTime={entry.at} title={fullTime(entry.at)}>
          {listTime(entry.at)}
        </time>{" "}
        {entry.distance === null ? "" : words.percent(entry.distance)}
      </p>
      {entry.reason ? <p>“{entry.reason}”</p> : null}
      <dl>
        {entry.expected ? (
          <>
            <dt>{words.expected}</dt>
            <dd>{entry.expected}</dd>
          </>
        ) : null}
        {entry.actual ? (
          <>
            <dt>{words.actual}</dt>
            <dd>{entry.actual}</dd>
          </>
        ) : null}
      </dl>
      {entry.case ? <p>{words.isCase}</p> : <MakeTest path={`/ledger/entries/${entry.id}/case`} />}
    </li>
  );
}
