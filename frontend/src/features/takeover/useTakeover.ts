// What a person does to who answers in a conversation; the frame that follows tells everybody.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { wordsFor } from "../../shared/problem";
import { takeoverText } from "../../shared/takeoverText";
import type { ConversationLog } from "../chat/live/conversationLog";
import type { Command } from "./commands";
import { takeoverApi } from "./takeoverApi";

export interface Takeover {
  /** What became of the last act, in words; null when there is nothing to say. */
  readonly said: string | null;
  readonly run: (command: Command, then?: "release" | "answer") => Promise<boolean>;
}

/** Return how to act here. run tells whether it worked. */
export function useTakeover(log: ConversationLog): Takeover {
  const [said, setSaid] = useState<string | null>(null);
  const navigate = useNavigate();
  const run: Takeover["run"] = async (command, then = "release") => {
    setSaid(null);
    try {
      switch (command.act) {
        case "take":
          await takeoverApi.take(log.id, { minutes: command.minutes, then });
          break;
        case "release":
          await takeoverApi.release(log.id);
          break;
        case "human":
          await takeoverApi.human(log.id);
          setSaid(takeoverText.humanAsked);
          break;
        case "why": {
          const answer = log.messages.findLast(({ turn_id }) => turn_id !== null);
          if (!answer?.turn_id) setSaid(takeoverText.noAnswer);
          else await navigate({ to: "/turns/$turn", params: { turn: answer.turn_id } });
        }
      }
      return true;
    } catch (error) {
      setSaid(wordsFor(error));
      return false;
    }
  };
  return { said, run };
}
