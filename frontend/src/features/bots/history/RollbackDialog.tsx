import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { BotView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { botText } from "../../../shared/botText";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import type { Tagged } from "../../../shared/http";
import { wordsFor } from "../../../shared/problem";
import { botsApi } from "../botsApi";
import { isConflict, wayOver } from "../editor/saveDecision";
import { useBotsChanged } from "../useBots";

const words = botText.history;

interface RollbackDialogProps {
  readonly name: string;
  readonly number: number;
  readonly bot: Tagged<BotView>;
  readonly onDone: (number: number) => void;
  readonly onClose: () => void;
}

/** Says what a rollback does, and does it to the state that was looked at. */
export function RollbackDialog({ name, number, bot, onDone, onClose }: RollbackDialogProps) {
  // the state when this was opened: what is saved meanwhile is not written over
  const [way] = useState(() => wayOver(bot.etag));
  const changed = useBotsChanged();
  const rollBack = useMutation({
    mutationFn: () => botsApi.rollBack(name, number, way),
    onSuccess: async (view) => {
      await changed();
      onDone(view.number);
    },
    onError: () => void changed(),
  });
  return (
    <Dialog title={words.rollbackTo(number)} onClose={onClose}>
      <p>{words.confirm(name, number)}</p>
      <p>{words.confirmSafe}</p>
      {rollBack.isError ? (
        <DialogProblem>
          {wordsFor(rollBack.error)} {isConflict(rollBack.error) ? words.changedMeanwhile : null}
        </DialogProblem>
      ) : null}
      <DialogActs>
        <ActButton onClick={onClose}>{botText.cancel}</ActButton>
        <ActButton
          danger
          icon="history"
          disabled={rollBack.isPending || isConflict(rollBack.error)}
          onClick={() => rollBack.mutate()}
        >
          {words.rollback}
        </ActButton>
      </DialogActs>
    </Dialog>
  );
}
