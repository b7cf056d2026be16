import { memo, useEffect, useState } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./CodeBlock";
import { type Highlighter, loadHighlighter } from "./loadHighlighter";
import styles from "./Markdown.module.css";
import { RemoteImage } from "./RemoteImage";
import { remarkHtmlAsText } from "./remarkHtmlAsText";
import { sanitizeSchema } from "./sanitizeSchema";

const REMARK = [remarkGfm, remarkHtmlAsText];

const COMPONENTS: Components = {
  // a message stands below the page's own headings, whatever its writer thought
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ href, title, children }) => (
    <a href={href} title={title} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ src, alt }) =>
    typeof src === "string" ? <RemoteImage src={src} alt={alt ?? ""} /> : null,
  pre: ({ children, node }) => <CodeBlock node={node}>{children}</CodeBlock>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, by the keyboard too
    <div className={styles.table} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

/** Text of anybody as markdown: no HTML, no script, no picture from elsewhere without a click. */
export const Markdown = memo(function Markdown({ body }: { readonly body: string }) {
  const highlighter = useHighlighter(/```|~~~/.test(body));
  return (
    <div className={styles.markdown}>
      <ReactMarkdown
        remarkPlugins={REMARK}
        rehypePlugins={[...(highlighter ? [highlighter] : []), [rehypeSanitize, sanitizeSchema]]}
        components={COMPONENTS}
      >
        {body}
      </ReactMarkdown>
    </div>
  );
});

/** Colours for code come on demand; until then code is plain. */
function useHighlighter(wanted: boolean): Highlighter | null {
  const [highlighter, setHighlighter] = useState<Highlighter | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    loadHighlighter().then(
      (loaded) => here && setHighlighter(() => loaded),
      () => {}, // plain code is good enough
    );
    return () => {
      here = false;
    };
  }, [wanted]);
  return highlighter;
}
