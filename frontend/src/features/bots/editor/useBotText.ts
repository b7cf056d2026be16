// The text in the editor: kept in this browser until it is saved, and saved over the state it was read in.
import { useMutation } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { BotView } from "../../../contracts.gen";
import type { Tagged } from "../../../shared/http";
import { useChatSession } from "../../chat/chatSession";
import { botsApi } from "../botsApi";
import { useBotSaved, useBotsChanged } from "../useBots";
import { forget, keep, NEW_BOT, readKept } from "./keptText";
import { meanwhile } from "./meanwhile";
import { type Base, decideSave, isConflict, type Saving } from "./saveDecision";
import type { EditorHandle } from "./YamlEditor";

/** Return the text and state of a bot's file as it was read. */
export function baseOf({ body, etag }: Tagged<BotView>): Base {
  return { text: etag === null ? "" : (body.yaml ?? ""), etag };
}

function isSame(one: Base | null, other: Base): boolean {
  return one !== null && one.text === other.text && one.etag === other.etag;
}

interface Begin {
  /** Null for a new bot. */
  readonly name: string | null;
  readonly text: string;
  readonly base: Base;
  /** The file as it is now; null for a new bot. */
  readonly now: Base | null;
  readonly handle: RefObject<EditorHandle | null>;
  readonly onSaved: (saved: BotView) => void;
}

/** Hold the text of one bot while its page is open. */
export function useBotText({ name, now, handle, onSaved, ...begin }: Begin) {
  const { me } = useChatSession();
  const key = name ?? NEW_BOT;
  const [first] = useState(() => readKept(me.id, key));
  const [text, setText] = useState(first?.text ?? begin.text);
  const [base, setBaseShown] = useState<Base>(first?.base ?? begin.base);
  const baseNow = useRef(base); // the editor tells of a change before the next render
  const setBase = (to: Base) => {
    baseNow.current = to;
    setBaseShown(to);
  };
  const follow = (to: Base) => {
    setBase(to);
    setText(to.text);
    forget(me.id, key);
    handle.current?.replace(to.text);
  };
  const [told, setTold] = useState<Saving["kind"] | null>(null);
  const latest = useRef(now);
  latest.current = now;
  const passed = useRef<Base | null>(null);
  const stored = useBotSaved();
  const readAgain = useBotsChanged();
  const save = useMutation({
    mutationFn: ({ to, what }: { to: Saving & { kind: "save" }; what: string }) =>
      botsApi.save(to.name, what, to.way),
    onSuccess: (saved, { what }) => {
      passed.current = latest.current;
      setBase({ text: what, etag: saved.etag });
      forget(me.id, key);
      stored(saved);
      onSaved(saved.body);
    },
    onError: (error) => void (isConflict(error) && readAgain()),
  });
  // the reading that a save has just made old may stand for a moment longer: it is no news
  const old = now !== null && isSame(passed.current, now);
  const news = now === null || old ? "same" : meanwhile(text, base, now);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a newer reading moves the text on
  useEffect(() => {
    if (!now || save.isPending || old) return;
    passed.current = null;
    if (news === "gone") setBase(now);
    if (news === "follow") follow(now);
  }, [news, now?.text, now?.etag, save.isPending]);
  const changed = base.etag === null || text !== base.text;
  return {
    text,
    changed,
    restored: first !== null && text === first.text && changed,
    /** Theirs, when somebody else saved and this text is not saved. */
    theirs: news === "conflict" && !save.isPending ? now : null,
    told,
    save,
    change: (to: string) => {
      setText(to);
      setTold(null);
      if (save.isError || save.isSuccess) save.reset();
      const of = baseNow.current;
      if (of.etag !== null && to === of.text) forget(me.id, key);
      else keep(me.id, key, { text: to, base: of });
    },
    trySave: () => {
      if (save.isPending) return;
      const to = decideSave(name, text, base);
      setTold(to.kind);
      if (to.kind === "save") save.mutate({ to, what: text });
    },
    /** Theirs becomes what a save replaces; or it comes into the editor. */
    goOn: () => {
      if (!now) return;
      setBase(now);
      keep(me.id, key, { text, base: now });
      save.reset();
    },
    takeTheirs: () => {
      if (!now) return;
      follow(now);
      save.reset();
    },
    discard: () => {
      follow(base);
    },
  };
}

export type BotText = ReturnType<typeof useBotText>;
