// Times in words, by the reader's own language and zone.
import { text } from "./text";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Return the time of day, such as 14:03. */
export function clockTime(at: string): string {
  return clock.format(new Date(at));
}

/** Return the full date and time, for hover and focus. */
export function fullTime(at: string): string {
  return absolute.format(new Date(at));
}

/** Return the words of a date line: today, yesterday, a weekday, else the date. */
export function dayLine(at: string, now: Date = new Date()): string {
  const then = new Date(at);
  const days = daysBetween(then, now);
  if (days === 0) return text.chat.today;
  if (days === 1) return text.chat.yesterday;
  if (days > 1 && days < 7) return weekday.format(then);
  return then.getFullYear() === now.getFullYear() ? day.format(then) : dayAndYear.format(then);
}

/** Return the shortest useful time: the clock today, else the date. */
export function listTime(at: string, now: Date = new Date()): string {
  const then = new Date(at);
  return daysBetween(then, now) === 0 ? clock.format(then) : short.format(then);
}

/** Return a span in its largest unit, such as "2 h". */
export function spanWords(ms: number): string {
  if (ms < HOUR_MS) return `${Math.max(1, Math.round(ms / MINUTE_MS))} min`;
  if (ms < DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} d`;
}

/** Return a time as a date-and-time field takes it, in the reader's zone; empty when it is none. */
export function asLocalInput(at: string): string {
  const then = new Date(at);
  if (Number.isNaN(then.getTime())) return "";
  const local = new Date(then.getTime() - then.getTimezoneOffset() * MINUTE_MS);
  return local.toISOString().slice(0, 16);
}

/** Return what a date-and-time field holds as a time in UTC; empty when it is none. */
export function fromLocalInput(value: string): string {
  const then = new Date(value);
  return Number.isNaN(then.getTime()) ? "" : then.toISOString();
}

function daysBetween(then: Date, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(now).getTime() - midnight(then).getTime()) / DAY_MS);
}
