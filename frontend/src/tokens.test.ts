// Components read tokens only: no unknown token, no colour of one theme only, no colour outside.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const SOURCE = path.resolve(import.meta.dirname);
const sheets = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".css"),
);
const read = (file: string) => readFileSync(path.join(SOURCE, file), "utf8");
const tokens = read("tokens.css");

function declared(block: string): string[] {
  const at = tokens.indexOf(block);
  const body = tokens.slice(at, tokens.indexOf("\n}", at));
  return [...body.matchAll(/^\s+(--[\w-]+):/gm)].map((found) => found[1] ?? "").sort();
}

const light = declared(':root[data-mantine-color-scheme="light"] {');
const dark = declared(':root[data-mantine-color-scheme="dark"] {');
const known = new Set([...declared(":root {"), ...light, ...dark]);

describe("tokens", () => {
  it("stand in both themes", () => {
    expect(light.length).toBeGreaterThan(20);
    expect(light).toEqual(dark);
  });

  it.each(sheets)("are known where they are used: %s", (file) => {
    const used = [...read(file).matchAll(/var\((--[\w-]+)/g)].map((found) => found[1] ?? "");
    expect(used.filter((token) => !known.has(token) && !token.startsWith("--mantine-"))).toEqual(
      [],
    );
  });

  it.each(sheets.filter((file) => file !== "tokens.css"))("are the only colours: %s", (file) => {
    expect(read(file).match(/#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/gi) ?? []).toEqual([]);
  });

  it("that nobody uses are none", () => {
    const all =
      sheets.map(read).join("\n") + readFileSync(path.join(SOURCE, "app/theme.ts"), "utf8");
    expect([...known].filter((token) => !all.includes(`var(${token})`))).toEqual([]);
  });
});
