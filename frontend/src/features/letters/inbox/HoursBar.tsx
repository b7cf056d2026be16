import { letterText } from "../../../shared/letterText";
import styles from "./HoursBar.module.css";

const WIDTH = 4;
const GAP = 1;
const HEIGHT = 22;

/** Failures of the last 24 hours, one bar an hour, the newest at the right. */
export function HoursBar({ hours }: { readonly hours: readonly number[] }) {
  const most = Math.max(1, ...hours);
  const sum = hours.reduce((all, one) => all + one, 0);
  const width = hours.length * (WIDTH + GAP);
  return (
    <svg
      className={styles.bars}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={letterText.inbox.hours(sum)}
    >
      <title>{letterText.inbox.hours(sum)}</title>
      {hours.map((n, hour) => {
        const height = n === 0 ? 1 : Math.max(3, (n / most) * HEIGHT);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: the bars are their hour
            key={hour}
            data-empty={n === 0}
            x={hour * (WIDTH + GAP)}
            y={HEIGHT - height}
            width={WIDTH}
            height={height}
          />
        );
      })}
    </svg>
  );
}
