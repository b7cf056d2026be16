import { useEffect, useRef, useState } from "react";
import type { ConversationLog } from "../live/conversationLog";

/**
 * Return the seq after which messages are new to the reader, or null.
 *
 * Taken when the conversation is opened with something unread, and again whenever the page is
 * hidden: the line stays while one reads, and moves only when one was away.
 */
export function useNewAfter(log: ConversationLog): number | null {
  const [newAfter, setNewAfter] = useState(() => (log.unread > 0 ? log.readSeq : null));
  const seq = useRef(log.seq);
  seq.current = log.seq;
  useEffect(() => {
    const onChange = () => {
      if (document.visibilityState === "hidden") setNewAfter(seq.current);
    };
    document.addEventListener("visibilitychange", onChange);
    return () => document.removeEventListener("visibilitychange", onChange);
  }, []);
  return newAfter;
}
