import { useState } from "react";
import { Icon } from "../Icon";
import { text } from "../text";
import styles from "./RemoteImage.module.css";

interface RemoteImageProps {
  readonly src: string;
  readonly alt: string;
}

/** A picture from elsewhere: fetched only on a click, since fetching tells that server who reads. */
export function RemoteImage({ src, alt }: RemoteImageProps) {
  const [shown, setShown] = useState(false);
  const [failed, setFailed] = useState(false);
  const host = hostOf(src);
  if (!host) return <span>{alt}</span>;
  if (failed) {
    return (
      <a href={src} target="_blank" rel="noopener noreferrer nofollow">
        {text.chat.imageFailed(host)}
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
      {text.chat.showImage(host)}
      {alt ? `: ${alt}` : ""}
    </button>
  );
}

function hostOf(src: string): string | null {
  try {
    const url = new URL(src);
    return url.protocol === "https:" || url.protocol === "http:" ? url.host : null;
  } catch {
    return null;
  }
}
