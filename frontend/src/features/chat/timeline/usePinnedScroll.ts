import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ConversationLog } from "../live/conversationLog";

const NEAR_END_PX = 64; // this near to the end counts as reading the newest
const NEAR_TOP_PX = 400; // older messages are read before one comes to the top

interface PinnedScrollOptions {
  readonly log: ConversationLog;
  readonly me: string;
  /** How many of the reader's own messages are on their way: a new one brings the end into view. */
  readonly sentCount: number;
  readonly onSeen: () => void;
  readonly onTop: () => void;
}

interface PinnedScroll {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly pinned: boolean;
  readonly newCount: number;
  readonly onScroll: () => void;
  readonly jump: () => void;
}

/** Follow the newest while the reader is at the end; else keep the line being read where it is. */
export function usePinnedScroll(options: PinnedScrollOptions): PinnedScroll {
  const { log, me, sentCount, onSeen, onTop } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const pin = useRef(true);
  const [pinned, setPinned] = useState(true);
  const [leftAt, setLeftAt] = useState(0);
  const newest = log.messages.at(-1)?.seq ?? 0;
  const newestNow = useRef(newest);
  newestNow.current = newest;

  const setPin = useCallback((next: boolean) => {
    if (next === pin.current) return;
    pin.current = next;
    setPinned(next);
    if (!next) setLeftAt(newestNow.current);
  }, []);

  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);

  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    setPin(box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR_END_PX);
    if (box.scrollTop < NEAR_TOP_PX) onTop();
  };

  useOpening(scroller, content, setPin, toEnd);
  useKeptLine(scroller, content, log.messages[0]?.id);

  // pictures, streamed text and new rows all change the height: one watcher follows them all
  useEffect(() => {
    const box = content.current;
    if (!box) return;
    const watcher = new ResizeObserver(() => {
      if (pin.current) toEnd();
      // a short page cannot be scrolled, so it never comes "near the top" by itself
      const view = scroller.current;
      if (view && view.scrollHeight <= view.clientHeight + NEAR_TOP_PX) onTop();
    });
    watcher.observe(box);
    if (scroller.current) watcher.observe(scroller.current);
    return () => watcher.disconnect();
  }, [toEnd, onTop]);

  const sentBefore = useRef(sentCount);
  useLayoutEffect(() => {
    if (sentCount > sentBefore.current) {
      setPin(true);
      toEnd();
    }
    sentBefore.current = sentCount;
  }, [sentCount, setPin, toEnd]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: seen again whenever something is new
  useEffect(() => {
    const see = () => {
      if (pin.current && document.visibilityState === "visible") onSeen();
    };
    see();
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  }, [onSeen, pinned, log.seq, log.unread]);

  const isNew = ({ seq, author }: { seq: number; author: string }) => seq > leftAt && author !== me;
  return {
    scroller,
    content,
    pinned,
    newCount: pinned ? 0 : log.messages.filter(isNew).length,
    onScroll,
    jump: () => {
      setPin(true);
      toEnd();
    },
  };
}

/** Open at the first unread message where there is one, else at the end. */
function useOpening(
  scroller: RefObject<HTMLDivElement | null>,
  content: RefObject<HTMLDivElement | null>,
  setPin: (pinned: boolean) => void,
  toEnd: () => void,
): void {
  useLayoutEffect(() => {
    const box = scroller.current;
    const line = content.current?.querySelector<HTMLElement>("[data-unread-line]");
    if (!box || !line) return toEnd();
    const top = line.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += top - box.clientHeight / 4;
    setPin(box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR_END_PX);
  }, [scroller, content, setPin, toEnd]);
}

/** When older messages come above, the line being read stays where it was. */
function useKeptLine(
  scroller: RefObject<HTMLDivElement | null>,
  content: RefObject<HTMLDivElement | null>,
  firstId: string | undefined,
): void {
  const before = useRef({ firstId, fromEnd: 0 });
  useLayoutEffect(() => {
    const box = scroller.current;
    const rows = content.current;
    if (!box || !rows) return;
    if (before.current.firstId !== firstId) {
      box.scrollTop = box.scrollHeight - before.current.fromEnd;
      before.current.firstId = firstId;
    }
    return () => {
      before.current.fromEnd = box.scrollHeight - box.scrollTop;
    };
  });
}
