import { useState } from "react";
import { ActButton } from "../../shared/ActButton";
import { Dialog, DialogActs, DialogProblem } from "../../shared/Dialog";
import { Field } from "../../shared/Field";
import { takeoverText } from "../../shared/takeoverText";
import type { Takeover } from "./useTakeover";

const words = takeoverText;

interface TakeoverDialogProps {
  readonly taken: boolean;
  readonly takeover: Takeover;
  readonly onClose: () => void;
}

/** Take a conversation over for a while, release it, or ask for a person. */
export function TakeoverDialog({ taken, takeover, onClose }: TakeoverDialogProps) {
  const [minutes, setMinutes] = useState("60");
  const [then, setThen] = useState<"release" | "answer">("release");
  const act = async (command: Parameters<Takeover["run"]>[0]) => {
    if (await takeover.run(command, then)) onClose();
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p>{words.lead}</p>
      <Field label={words.howLong}>
        <select value={minutes} onChange={({ target }) => setMinutes(target.value)}>
          {Object.entries(words.minutes).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <Field label={words.afterwards}>
        <select
          value={then}
          onChange={({ target }) => setThen(target.value === "answer" ? "answer" : "release")}
        >
          <option value="release">{words.thens.release}</option>
          <option value="answer">{words.thens.answer}</option>
        </select>
      </Field>
      {takeover.said ? <DialogProblem>{takeover.said}</DialogProblem> : null}
      <DialogActs>
        <ActButton onClick={() => void act({ act: "human" })}>{words.human}</ActButton>
        {taken ? (
          <ActButton onClick={() => void act({ act: "release" })}>{words.release}</ActButton>
        ) : null}
        <ActButton main onClick={() => void act({ act: "take", minutes: Number(minutes) })}>
          {words.take}
        </ActButton>
      </DialogActs>
    </Dialog>
  );
}
