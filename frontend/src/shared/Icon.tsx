import styles from "./Icon.module.css";

const PATHS = {
  send: "M5 12h13M12 5l7 7-7 7",
  stop: "M7 7h10v10H7z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 7v5l3 2M12 3a9 9 0 100 18 9 9 0 000-18z",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16.2 16.2L20 20",
  plus: "M12 5v14M5 12h14",
  back: "M19 12H5M11 6l-6 6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.2",
  quote: "M4 5v6a4 4 0 004 4h11M15 11l4 4-4 4",
  people:
    "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M16 4.5a3.5 3.5 0 010 6.5M17.5 15c2.2.6 3.5 2.4 3.5 5",
  offline: "M4 9a12 12 0 0116 0M7 13a7 7 0 0110 0M12 18v.2M4 4l16 16",
  again: "M20 12a8 8 0 11-2.4-5.7M20 3v4.5h-4.5",
  close: "M6 6l12 12M18 6L6 18",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  hand: "M8 12V6.5a1.5 1.5 0 013 0V11M11 11V4.5a1.5 1.5 0 013 0V11M14 11V6a1.5 1.5 0 013 0v8a7 7 0 01-7 7c-3 0-4-1.5-6-5l-1.5-3a1.5 1.5 0 012.6-1.3L8 14",
  letter: "M3 6h18v13H3zM3 7l9 7 9-7",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5",
  pause: "M9 6v12M15 6v12",
  bot: "M6 9h12v9H6zM12 9V5M10 5h4M9.5 13v.2M14.5 13v.2M3 12v3M21 12v3",
  history: "M4 12a8 8 0 102.4-5.7M4 3v4.5h4.5M12 8v4l3 2",
  play: "M8 5l11 7-11 7z",
  info: "M12 11v6M12 7.5v.2M12 3a9 9 0 100 18 9 9 0 000-18z",
  right: "M9 5l7 7-7 7",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9v.2",
  thumbUp: "M7 11v9H4v-9zM7 11l4-7a2 2 0 013 2l-1 4h5a2 2 0 012 2.4l-1.4 6a2 2 0 01-2 1.6H7",
  thumbDown: "M7 13V4H4v9zM7 13l4 7a2 2 0 003-2l-1-4h5a2 2 0 002-2.4l-1.4-6a2 2 0 00-2-1.6H7",
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing beside words: never the only carrier of meaning. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
