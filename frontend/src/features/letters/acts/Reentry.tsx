import { useState } from "react";
import type { LetterView, ReentryView } from "../../../contracts.gen";
import { Choice } from "../../../shared/Choice";
import { Field } from "../../../shared/Field";
import { letterText } from "../../../shared/letterText";
import { givenTo } from "./givenTo";

const words = letterText.replayOne;

type Usable = (place: ReentryView, view: LetterView) => boolean;

export type RevisionName = "original" | "current";

/** With which revision, and from which of its steps, a replay goes. step is null when none is possible. */
export interface ReentryChoice {
  readonly revision: RevisionName;
  readonly step: string | null;
  readonly setRevision: (revision: RevisionName) => void;
  readonly setStep: (step: string) => void;
}

/** Choose where a replay begins: at the failed step on the revision as it failed, unless that cannot be. */
export function useReentry(view: LetterView, isUsable: Usable = isPossible): ReentryChoice {
  const [revision, setRevision] = useState<RevisionName>(() => firstPossible(view));
  const [chosen, setStep] = useState<string | null>(null);
  const possible = placesOf(view, revision).filter((one) => isUsable(one, view));
  const wanted = chosen ?? view.letter.step;
  const step = possible.find((one) => one.step === wanted) ?? possible.at(-1);
  return { revision, step: step?.step ?? null, setRevision, setStep };
}

/** Return where a replay may begin on a revision. */
export function placesOf(view: LetterView, revision: RevisionName): readonly ReentryView[] {
  return revision === "original" ? view.reentry_original : view.reentry_current;
}

/** Say whether a replay may begin there. */
function isPossible({ why_not }: ReentryView): boolean {
  return why_not === null;
}

/** Say whether an edited replay may begin there: what the step was given must be known. */
export function isEditable(place: ReentryView, view: LetterView): boolean {
  return isPossible(place) && givenTo(view, place.step) !== null;
}

interface ReentryProps {
  readonly view: LetterView;
  readonly reentry: ReentryChoice;
}

/** As it failed, or as the bot is now; says so when there is no difference. */
export function RevisionChoice({ view, reentry }: ReentryProps) {
  if (view.current_revision === view.letter.revision) return <p>{words.same}</p>;
  return (
    <Choice
      label={words.revision}
      value={reentry.revision}
      onChange={reentry.setRevision}
      options={[
        { value: "original", label: words.original, whyNot: whyNone(view, "original") },
        { value: "current", label: words.current, whyNot: whyNone(view, "current") },
      ]}
    />
  );
}

/** From which step; those that are not possible say why. */
export function StepChoice({ view, reentry }: ReentryProps) {
  const places = placesOf(view, reentry.revision);
  return (
    <Choice
      label={words.from}
      value={reentry.step}
      onChange={reentry.setStep}
      options={places.map(({ position, step, kind, why_not }) => ({
        value: step,
        label: placeLabel(position, step, kind),
        hint: step === view.letter.step ? words.failedStep : position === 0 ? words.first : null,
        whyNot: why_not,
      }))}
    />
  );
}

/** From which step an edited payload goes on; small, since the editor is what matters there. */
export function EditedStepChoice({ view, reentry }: ReentryProps) {
  const places = placesOf(view, reentry.revision);
  if (places.length < 2) return null;
  return (
    <Field label={words.from}>
      <select value={reentry.step ?? ""} onChange={({ target }) => reentry.setStep(target.value)}>
        {places.map((place) => (
          <option key={place.step} value={place.step} disabled={!isEditable(place, view)}>
            {editedLabel(place, view)}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** Return "2. think (gpt)"; a kind that only repeats the name is left out. */
function placeLabel(position: number, step: string, kind: string): string {
  return `${position + 1}. ${step}${kind === step ? "" : ` (${kind})`}`;
}

function editedLabel(place: ReentryView, view: LetterView): string {
  const label = placeLabel(place.position, place.step, place.kind);
  if (isEditable(place, view)) {
    return place.step === view.letter.step ? `${label}, ${words.failedStep}` : label;
  }
  return `${label}: ${place.why_not ?? words.notReached}`;
}

function firstPossible(view: LetterView): RevisionName {
  return whyNone(view, "original") && !whyNone(view, "current") ? "current" : "original";
}

function whyNone(view: LetterView, revision: RevisionName): string | null {
  const places = placesOf(view, revision);
  if (places.some(({ why_not }) => why_not === null)) return null;
  return places.at(-1)?.why_not ?? words.noStep;
}
