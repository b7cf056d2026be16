// A zustand store that is kept in this browser for one person, shared by its tabs, and gone at logout.
import { createStore, type StoreApi } from "zustand/vanilla";

/** How every key of this browser begins that is forgotten at logout. */
export const KEPT = "warren.kept.";

type Entries<V> = Readonly<Record<string, V>>;

export interface Kept<T, V> {
  readonly name: string;
  readonly userId: string;
  /** Return the entries of a value by id; what did not change is the same object. */
  readonly split: (value: T) => Entries<V>;
  readonly join: (entries: Entries<V>) => T;
  /** When this is aborted, nothing is written or taken up any more. */
  readonly closed: AbortSignal;
}

/**
 * Make a store that is read from and written to localStorage; without storage it lives in memory.
 *
 * Each entry has a key of its own, so that tabs do not overwrite what another one keeps.
 */
export function keptStore<T, V>({ name, userId, split, join, closed }: Kept<T, V>): StoreApi<T> {
  const prefix = `${KEPT}${name}.${userId}.`;
  let kept = readAll<V>(prefix);
  const store = createStore<T>(() => join(kept));
  store.subscribe((value) => {
    if (closed.aborted) return;
    const before = kept;
    kept = split(value);
    writeChanges(prefix, before, kept);
  });
  const takeUp = ({ key }: StorageEvent) => {
    if (key !== null && !key.startsWith(prefix)) return;
    kept = key === null ? readAll<V>(prefix) : withStored(kept, prefix, key);
    store.setState(join(kept), true);
  };
  window.addEventListener("storage", takeUp, { signal: closed });
  return store;
}

/** Forget everything that was kept for anybody in this browser. */
export function forgetKept(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(KEPT)) localStorage.removeItem(key);
    }
  } catch {
    // no storage, nothing kept
  }
}

function writeChanges<V>(prefix: string, before: Entries<V>, after: Entries<V>): void {
  try {
    for (const id of Object.keys(before)) {
      if (!(id in after)) localStorage.removeItem(prefix + id);
    }
    for (const [id, entry] of Object.entries(after)) {
      if (entry !== before[id]) localStorage.setItem(prefix + id, JSON.stringify(entry));
    }
  } catch {
    // storage is full or refused: what is written still lives until the page is closed
  }
}

function withStored<V>(entries: Entries<V>, prefix: string, key: string): Entries<V> {
  const id = key.slice(prefix.length);
  const { [id]: _before, ...rest } = entries;
  const entry = read<V>(key);
  return entry === null ? rest : { ...rest, [id]: entry };
}

function readAll<V>(prefix: string): Entries<V> {
  const entries: Record<string, V> = {};
  for (const key of storedKeys()) {
    if (!key.startsWith(prefix)) continue;
    const entry = read<V>(key);
    if (entry !== null) entries[key.slice(prefix.length)] = entry;
  }
  return entries;
}

function storedKeys(): readonly string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

function read<V>(key: string): V | null {
  try {
    const kept = localStorage.getItem(key);
    return kept === null ? null : (JSON.parse(kept) as V);
  } catch {
    return null;
  }
}
