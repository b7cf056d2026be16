import type { Element, ElementContent } from "hast";
import type { ReactNode } from "react";
import { CopyButton } from "../CopyButton";
import { text } from "../text";
import styles from "./CodeBlock.module.css";

interface CodeBlockProps {
  readonly node: Element | undefined;
  readonly children: ReactNode;
}

/** Code with its language named and a button that copies it. */
export function CodeBlock({ node, children }: CodeBlockProps) {
  const code = node?.children[0];
  return (
    <figure className={styles.block}>
      <figcaption className={styles.head}>
        <span>{(code && languageOf(code)) ?? text.chat.codeLabel}</span>
        <CopyButton content={node ? textOf(node).replace(/\n$/, "") : ""} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by the keyboard too */}
      <pre className={styles.code} tabIndex={0}>
        {children}
      </pre>
    </figure>
  );
}

function languageOf(code: ElementContent): string | null {
  if (code.type !== "element" || !Array.isArray(code.properties.className)) return null;
  const name = code.properties.className.find((one) => String(one).startsWith("language-"));
  return name ? String(name).slice("language-".length) : null;
}

function textOf(node: Element | ElementContent): string {
  if (node.type === "text") return node.value;
  return node.type === "element" ? node.children.map(textOf).join("") : "";
}
