import type { Root, RootContent } from "mdast";

interface Parent {
  children: RootContent[];
}

/** A remark plugin: HTML that somebody typed is shown as the text that it is, not dropped. */
export function remarkHtmlAsText() {
  return (tree: Root) => asText(tree as Parent, true);
}

function asText(parent: Parent, block: boolean): void {
  parent.children = parent.children.map((node) => {
    if (node.type === "html") {
      const words = { type: "text" as const, value: node.value };
      return block ? { type: "paragraph" as const, children: [words] } : words;
    }
    if ("children" in node) asText(node as Parent, holdsBlocks(node.type));
    return node;
  });
}

function holdsBlocks(type: string): boolean {
  return type === "blockquote" || type === "listItem" || type === "footnoteDefinition";
}
