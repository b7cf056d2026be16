// npm run size, after npm run build: what a browser fetches for the first chat route, gzipped.
// Ends with 1 when it is over the limit.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 250;
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const files = new Set(["index.html", "theme.js"]);

function add(key) {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const file of chunk.css ?? []) files.add(file);
  // woff is only for browsers that cannot read woff2
  for (const file of chunk.assets ?? []) if (file.endsWith(".woff2")) files.add(file);
  for (const other of chunk.imports ?? []) add(other);
}

for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) add(key);
let total = 0;
for (const file of files) {
  const kb = gzipSync(readFileSync(`dist/${file}`)).length / 1024;
  total += kb;
  console.log(`${kb.toFixed(1).padStart(7)} kB  ${file}`);
}
console.log(`${total.toFixed(1).padStart(7)} kB  in all, limit ${LIMIT_KB} kB`);
process.exitCode = total > LIMIT_KB ? 1 : 0;
