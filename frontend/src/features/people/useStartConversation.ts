import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { chatApi } from "../chat/chatApi";
import { useChatSession } from "../chat/chatSession";
import { putView } from "../chat/live/liveStore";

interface Start {
  readonly members: readonly string[];
  readonly title?: string;
  /** A first message, sent at once: a starter that somebody clicked. */
  readonly say?: string;
}

/** Find or make a conversation and go there. */
export function useStartConversation() {
  const { live, outbox } = useChatSession();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ members, title }: Start) => chatApi.start(members, title),
    onSuccess: (view, { say }) => {
      putView(live, view);
      if (say) outbox.add(view.id, say);
      void navigate({ to: "/c/$conversationId", params: { conversationId: view.id } });
    },
  });
}
