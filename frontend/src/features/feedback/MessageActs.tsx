import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { MessageView } from "../../contracts.gen";
import { feedbackText } from "../../shared/feedbackText";
import { Icon } from "../../shared/Icon";
import { wordsFor } from "../../shared/problem";
import { feedbackApi, type Thumb } from "./feedbackApi";
import styles from "./MessageActs.module.css";

const words = feedbackText;

const CorrectDialog = lazy(async () => ({
  default: (await import("./CorrectDialog")).CorrectDialog,
}));

/** Under a bot's answer: a thumb, a correction, why it came; and who had a hand in it. */
export function MessageActs({ message }: { readonly message: MessageView }) {
  const [correcting, setCorrecting] = useState(false);
  const [shown, setShown] = useState(false);
  const { thumb, give, problem } = useThumb(message);
  return (
    <>
      <p className={styles.marks}>
        {message.approved_by ? <span>{words.approvedBy(message.approved_by)}</span> : null}
        {message.corrected_by ? (
          <>
            <span>{words.correctedBy(message.corrected_by)}</span>
            <button type="button" className={styles.link} onClick={() => setShown(!shown)}>
              {shown ? words.hideOriginal : words.original}
            </button>
          </>
        ) : null}
      </p>
      {shown && message.original ? <blockquote>{message.original}</blockquote> : null}
      <div className={styles.acts}>
        {(["up", "down"] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={thumb === one}
            aria-label={words[one]}
            title={words[one]}
            onClick={() => void give(thumb === one ? null : one)}
          >
            <Icon name={one === "up" ? "thumbUp" : "thumbDown"} />
          </button>
        ))}
        <button
          type="button"
          aria-label={words.correct}
          title={words.correct}
          onClick={() => setCorrecting(true)}
        >
          <Icon name="edit" />
        </button>
        {message.turn_id ? (
          <Link
            to="/turns/$turn"
            params={{ turn: message.turn_id }}
            aria-label={words.why}
            title={words.why}
          >
            <Icon name="info" />
          </Link>
        ) : null}
      </div>
      {problem ? <p role="alert">{problem}</p> : null}
      {correcting ? (
        <Suspense>
          <CorrectDialog message={message} onClose={() => setCorrecting(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

/** The reader's own thumb of a message; it shows at once and comes back when it is refused. */
function useThumb(message: MessageView) {
  const client = useQueryClient();
  const key = ["feedback", message.conversation_id];
  const mine = useQuery({
    queryKey: key,
    queryFn: () => feedbackApi.mine(message.conversation_id),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const known = mine.data?.items.find(({ message_id }) => message_id === message.id)?.thumb ?? null;
  const [asked, setAsked] = useState<{ readonly thumb: Thumb | null } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const give = async (thumb: Thumb | null) => {
    setAsked({ thumb });
    setProblem(null);
    try {
      await feedbackApi.give(message.id, thumb);
      await client.invalidateQueries({ queryKey: key });
    } catch (error) {
      setProblem(wordsFor(error));
    } finally {
      setAsked(null);
    }
  };
  return { thumb: asked ? asked.thumb : known, give, problem };
}
