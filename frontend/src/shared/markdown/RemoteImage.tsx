import { useState } from "react";
import { Icon } from "../Icon";
import { text } from "../text";
import styles from "./RemoteImage.module.css";

interface RemoteImageProps {
  readonly src: string;
  readonly alt: string;
}

/**
 * A picture from elsewhere: fetched only on a click, since fetching tells that server who reads.
 * The page may fetch pictures by https alone (its content security policy); others stay links.
 */
export function RemoteImage({ src, alt }: RemoteImageProps) {
  const [shown, setShown] = useState(false);
  const [failed, setFailed] = useState(false);
  const url = parse(src);
  if (!url) return <span>{alt}</span>;
  if (failed || url.protocol === "http:") {
    return (
      <a href={src} target="_blank" rel="noopener noreferrer nofollow">
        {failed ? text.chat.imageFailed(url.host) : alt || src}
      </a>
    );
  }
  if (shown) {
    return (
      <img
        className={styles.image}
        src={src}
        alt={alt}
        referrerPolicy="no-referrer"
        onError={() => setFailed(true)}
      />
    );
  }
  return (
    <button type="button" className={styles.ask} onClick={() => setShown(true)}>
      <Icon name="image" />
      {text.chat.showImage(url.host)}
      {alt ? `: ${alt}` : ""}
    </button>
  );
}

function parse(src: string): URL | null {
  try {
    const url = new URL(src);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}
