// A zustand store whose value is kept in this browser for one person, and gone at logout.
import { createStore, type StoreApi } from "zustand/vanilla";

const PREFIX = "warren.kept.";

/** Make a store that is read from and written to localStorage; without storage it lives in memory. */
export function keptStore<T extends object>(name: string, userId: string, empty: T): StoreApi<T> {
  const key = `${PREFIX}${name}.${userId}`;
  const store = createStore<T>(() => read(key) ?? empty);
  store.subscribe((value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // storage is full or refused: what is written still lives until the page is closed
    }
  });
  return store;
}

/** Forget everything that was kept for anybody in this browser. */
export function forgetKept(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  } catch {
    // no storage, nothing kept
  }
}

function read<T>(key: string): T | null {
  try {
    const kept = localStorage.getItem(key);
    return kept ? (JSON.parse(kept) as T) : null;
  } catch {
    return null;
  }
}
