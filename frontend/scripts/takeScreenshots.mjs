// npm run screenshots [-- FOLDER [PATTERN]]: every screen wide and at 360 px, light and dark.
// With WARREN_URL the pictures are of that running Warren (a new account is made there);
// without it, of the made-up conversations of demo.html, served by Vite.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { chromium } from "@playwright/test";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } };
const folder = path.resolve(process.argv[2] ?? "../docs/images");

async function main() {
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS });
  const server = process.env.WARREN_URL ? null : await serveDemo();
  try {
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ["light", "dark"]) {
        const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB" });
        const shoot = async (page, name) => {
          await page.mouse.move(0, 0);
          await page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`) });
        };
        if (server) await shootDemo(context, server.resolvedUrls.local[0], shoot);
        else await shootReal(context, process.env.WARREN_URL, `${size}-${colorScheme}`, shoot);
        await context.close();
      }
    }
  } finally {
    await browser.close();
    await server?.close();
  }
  console.log(`pictures are in ${folder}`);
}

async function serveDemo() {
  const { createServer } = await import("vite");
  const server = await createServer({ server: { port: 5199 } });
  await server.listen();
  return server;
}

/** What a person does before the picture. */
const prepare = {
  "letters-open": async (page) => {
    await page
      .getByRole("button", { name: /^Show the letters/ })
      .first()
      .click();
    await page.getByRole("checkbox").first().check();
    await page.waitForTimeout(300);
  },
  "letters-plan": async (page) => {
    await page.getByRole("button", { name: "Replay" }).first().click();
    await page.waitForTimeout(500);
  },
  "letter-replay": (page) => page.getByRole("button", { name: "Replay as is" }).click(),
  "letter-edit": async (page) => {
    await page.getByRole("textbox", { name: "Payload as JSON" }).waitFor();
    await page.getByRole("textbox", { name: "Payload as JSON" }).press("Control+End");
    await page.keyboard.type(",");
    await page.waitForTimeout(900);
  },
  "bot-graph": async (page) => {
    await page.getByRole("button", { name: "Graph" }).click();
    await page.waitForTimeout(900);
  },
  "bot-edit": async (page) => {
    const editor = page.getByRole("textbox", { name: "The bot's file as YAML" });
    await editor.press("Control+End");
    await page.keyboard.type("- class: Drfat\nre");
    await page.getByRole("button", { name: "Run" }).click();
    await page.waitForTimeout(1200);
  },
  "bot-new": async (page) => {
    await page.getByLabel("What is it called?").fill("My bot");
    await page.getByRole("button", { name: "Begin" }).click();
  },
  "bot-rollback": async (page) => {
    await page.getByRole("button", { name: "Roll back to number 1" }).click();
    await page.waitForTimeout(300);
  },
  "letter-finish": (page) => page.getByRole("button", { name: "Finish by hand" }).click(),
};

async function shootDemo(context, base, shoot) {
  const screens = {
    login: "?out&at=/login",
    signup: "?out&at=/signup",
    home: "",
    conversation: "?at=/c/daisy",
    group: "?at=/c/group",
    empty: "?at=/c/empty",
    offline: "?at=/c/ben&offline",
    bots: "?at=/bots",
    "bots-empty": "?nobots&at=/bots",
    bot: "?at=/bots/helpdesk",
    "bot-graph": "?at=/bots/helpdesk",
    "bot-broken": "?at=/bots/echo",
    "bot-edit": "?at=/bots/daisy/edit",
    "bot-read": "?plain&at=/bots/daisy/edit",
    "bot-new": "?at=/bots/new",
    "bot-history": "?at=/bots/daisy/history",
    "bot-rollback": "?at=/bots/daisy/history",
    letters: "?at=/dead-letters",
    "letters-open": "?at=/dead-letters",
    "letters-empty": "?noletters&at=/dead-letters",
    "letters-plan": "?at=/dead-letters",
    "letters-others": "?plain&at=/dead-letters",
    letter: "?at=/dead-letters/W-4F2A77C2",
    "letter-replay": "?at=/dead-letters/W-4F2A77C2",
    "letter-edit": "?at=/dead-letters/W-4F2A77C2?act=edit",
    "letter-finish": "?at=/dead-letters/W-4F2A77C2",
    "letter-answered": "?at=/dead-letters/W-A115WERD",
    "letter-dismissed": "?at=/dead-letters/W-D15M1550",
    "letter-raw": "?at=/dead-letters/W-RAW00001",
    job: "?at=/dead-letters/replays/j-1",
    "job-halted": "?at=/dead-letters/replays/j-2",
  };
  const only = process.argv[3] ? new RegExp(process.argv[3]) : /./;
  for (const [name, query] of Object.entries(screens)) {
    if (!only.test(name)) continue;
    const page = await context.newPage();
    await page.goto(`${base}demo.html${query}`);
    await page.getByRole("heading").first().waitFor();
    await page.waitForTimeout(1500);
    if (name === "offline") {
      await page.getByRole("textbox", { name: /Message to/ }).fill("On my way, save me a seat");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(600);
    }
    if (name === "signup") await page.getByRole("button", { name: "Sign up" }).click();
    await prepare[name]?.(page);
    await shoot(page, name);
    await page.close();
  }
}

async function shootReal(context, base, tag, shoot) {
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  await page.getByRole("button", { name: "Log in" }).waitFor();
  await shoot(page, "login");
  await page.goto(`${base}/signup`);
  await page.getByLabel("Username").fill(`ana-${tag}-${Date.now() % 100000}`);
  await page.getByLabel("Name that people see").fill("Ana");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("navigation").waitFor();
  await page.waitForTimeout(800);
  await shoot(page, "home");
  await page.getByRole("button", { name: /Echo/i }).first().click();
  await page.getByRole("textbox", { name: /Message to/ }).waitFor();
  await shoot(page, "empty");
  await page.getByRole("textbox", { name: /Message to/ }).fill("Hello, is anybody in?");
  await page.keyboard.press("Enter");
  await page.locator("article", { hasText: "Hello, is anybody in?" }).nth(1).waitFor();
  await shoot(page, "conversation");
}

await main();
