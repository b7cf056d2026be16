// Where the boxes of a pipeline's graph stand, and what leads where: pure. One column, from the message
// down to the answer; a bot that a step asks stands beside that step.
import { type Edge, MarkerType, type Node } from "@xyflow/react";
import { botText } from "../../../shared/botText";
import type { ServedStep } from "./served";

export const BOX = { width: 216, height: 66 };
const GAP = 34;
const ASIDE = 40;

export type StepNode = Node<{ readonly served: ServedStep }, "step">;
export type EndNode = Node<{ readonly label: string }, "end">;
export type GraphNode = StepNode | EndNode;

interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

/** Return the graph of these steps. */
export function graphOf(steps: readonly ServedStep[]): Graph {
  const nodes: GraphNode[] = [end("message", botText.pipeline.message, 0, 0)];
  const edges: Edge[] = [];
  let above = "message";
  for (const [index, served] of steps.entries()) {
    const id = `step ${served.step.id}`;
    const y = rowAt(index + 1);
    nodes.push({
      id,
      type: "step",
      position: { x: 0, y },
      data: { served },
      width: BOX.width,
      height: BOX.height,
    });
    edges.push(arrow(above, id));
    const asked = served.step.delegates;
    if (asked !== null) {
      const bot = `asked ${index}`;
      nodes.push(end(bot, `@${asked.replace(/^@/, "")}`, BOX.width + ASIDE, y));
      edges.push({ ...arrow(id, bot), sourceHandle: "aside", targetHandle: "aside" });
    }
    above = id;
  }
  nodes.push(end("reply", botText.pipeline.reply, 0, rowAt(steps.length + 1)));
  edges.push(arrow(above, "reply"));
  return { nodes, edges };
}

function arrow(source: string, target: string): Edge {
  const markerEnd = { type: MarkerType.ArrowClosed, color: "var(--field-line)" };
  return { id: `${source} ${target}`, source, target, type: "smoothstep", markerEnd };
}

/** Return how high the graph of so many steps is. */
export function heightOf(steps: number): number {
  return rowAt(steps + 2) + GAP;
}

function rowAt(row: number): number {
  return row * (BOX.height + GAP);
}

function end(id: string, label: string, x: number, y: number): EndNode {
  const { width, height } = BOX;
  return { id, type: "end", position: { x, y }, data: { label }, width, height };
}
