import "@xyflow/react/dist/base.css";
import { Handle, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import { botText } from "../../../shared/botText";
import { Icon } from "../../../shared/Icon";
import { type EndNode, graphOf, heightOf, type StepNode } from "./graphOf";
import styles from "./PipelineGraph.module.css";
import { runnersWords, type ServedStep, waitingWords } from "./served";

interface PipelineGraphProps {
  readonly label: string;
  readonly steps: readonly ServedStep[];
}

const words = botText.pipeline;
const TYPES = { step: StepBox, end: EndBox };
const MOST_HEIGHT = 620;

/** The pipeline as boxes and arrows, to look at; the list beside it says the same to a keyboard. */
export function PipelineGraph({ label, steps }: PipelineGraphProps) {
  const { nodes, edges } = useMemo(() => graphOf(steps), [steps]);
  return (
    <section
      className={styles.graph}
      aria-label={label}
      style={{ height: Math.min(heightOf(steps.length), MOST_HEIGHT) }}
    >
      <ReactFlow
        nodes={[...nodes]}
        edges={[...edges]}
        nodeTypes={TYPES}
        fitView
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        minZoom={0.2}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnScroll={false}
        preventScrolling={false}
        panOnDrag={steps.length > 5}
      />
    </section>
  );
}

function StepBox({ data: { served } }: NodeProps<StepNode>) {
  const { step, runners, failures, waiting } = served;
  return (
    <div className={styles.step} data-none={runners === 0}>
      <Handle type="target" position={Position.Top} />
      <b>{step.id}</b>
      <code>{step.class_name}</code>
      <span className={styles.runners} data-none={runners === 0}>
        {runners === 0 ? <Icon name="warning" /> : null}
        {runners === 0 ? words.nobodyShort : runnersWords(runners)}
        {waiting ? <i>{waitingWords(waiting)}</i> : null}
        {failures > 0 ? <i>{words.failures(failures)}</i> : null}
      </span>
      <Handle type="source" position={Position.Bottom} />
      <Handle type="source" id="aside" position={Position.Right} />
    </div>
  );
}

function EndBox({ data }: NodeProps<EndNode>) {
  return (
    <div className={styles.end}>
      <Handle type="target" position={Position.Top} />
      <Handle type="target" id="aside" position={Position.Left} />
      <span>{data.label}</span>
      <Handle type="source" position={Position.Bottom} />
    </div>
  );
}
