// From an idea to a bot that answers, in the browser only; then its file changes, breaks and goes.
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { expectNoFaults, expectNoSidewaysScroll, NARROW } from "./looks";
import { logInAsOperator, messages, newName, openWith, say, signUp } from "./people";

const LONG = 90_000; // many saves and answers on a busy machine

/** Bots are files, and stay: only where the folder is a copy, as `make e2e` gives it. */
const folder = process.env.WARREN_BOTS;
test.skip(folder === undefined, "the folder of bots is not known to be a copy");

const fileOf = (name: string) => path.join(folder ?? "", `${name}.yaml`);

function yamlOf(name: string, says: string, step = "Template"): string {
  return [
    `name: ${name}`,
    "persona:",
    "  purpose: Says one thing.",
    '  starters: ["What do you say?"]',
    "steps:",
    "  - class: Draft",
    `  - class: ${step}`,
    `    config: {template: "${says} {{ messages[-1].body }}"}`,
    "  - class: Reply",
    "",
  ].join("\n");
}

const editor = (page: Page) => page.getByRole("textbox", { name: "The bot's file as YAML" });

/** Write over all that stands in the editor. */
async function write(page: Page, content: string): Promise<void> {
  await editor(page).press("Control+a");
  await page.keyboard.press("Delete");
  await editor(page).evaluate((field, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  }, content);
}

/** Save a bot by the API. */
async function put(page: Page, name: string, yaml: string): Promise<void> {
  const known = await page.request.get(`/api/v1/bots/${name}`);
  const etag = known.headers().etag;
  const state = etag ? { "If-Match": etag } : { "If-None-Match": "*" };
  const answer = await page.request.put(`/api/v1/bots/${name}`, {
    data: yaml,
    headers: { "Content-Type": "application/yaml", ...state },
  });
  expect(answer.ok()).toBe(true);
}

test("a bot is made, tried, saved, spoken with, edited, looked back at and rolled back", async ({
  page,
}) => {
  test.setTimeout(LONG);
  const name = newName("parrot");
  await logInAsOperator(page);
  await page.goto("/bots");
  await page.getByRole("link", { name: "New bot" }).click();
  await page.getByLabel("What is it called?").fill(name);
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.getByText("No faults.")).toBeVisible();

  // a wrong line is marked where it is, and mended
  await write(page, yamlOf(name, "First:", "Tempalte"));
  const fault = page.getByRole("list", { name: "Faults" }).getByRole("button");
  await expect(fault).toContainText("7:12");
  await expect(fault).toContainText("Template");
  await expect(page.locator(".cm-lintRange-error")).toHaveText("Tempalte");
  await fault.click();
  await page.keyboard.press("Control+Shift+ArrowRight");
  await page.keyboard.type("Templ");
  await page.getByRole("option", { name: /^Template/ }).click();
  await expect(page.getByText("No faults.")).toBeVisible();

  // tried, with nothing published
  await page.getByLabel("Message").fill("hello");
  await page.getByLabel("Message").press("Control+Enter");
  await expect(page.getByRole("figure", { name: "It would say" })).toContainText("First: hello");
  expect((await page.request.get(`/api/v1/bots/${name}`)).status()).toBe(404);

  // what is not saved survives a reload; then it is saved by the key
  await page.reload();
  await expect(page.getByText(/your text from before/)).toBeVisible();
  await editor(page).press("Control+s");
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(name) })).toBeVisible();
  await expect(page.getByText("serving", { exact: true })).toBeVisible();
  await expect(page.getByText("1 runner").first()).toBeVisible();

  // one click speaks with it
  await expect
    .poll(
      async () => (await (await page.request.get(`/api/v1/users?q=${name}`)).json()).items.length,
    )
    .toBe(1);
  await page.getByRole("button", { name: "What do you say?" }).click();
  await expect(messages(page).nth(1)).toContainText("First: What do you say?");

  // edited, and the next answer is of the new text
  await page.getByRole("link", { name: new RegExp(`^About ${name}`) }).click();
  await page.getByRole("link", { name: "Edit" }).click();
  await expect(editor(page)).toContainText("First:");
  await write(page, yamlOf(name, "Second:"));
  await page.getByRole("button", { name: "Save and publish" }).click();
  await expect(page.getByText("Saved. Number 2 serves now.")).toBeVisible();
  await openWith(page, name);
  await say(page, "and now?");
  await expect(messages(page).nth(3)).toContainText("Second: and now?");

  // the history shows the change, and goes back
  await page.goto(`/bots/${name}/history`);
  await expect(page.getByRole("textbox", { name: /^Changes from number 1/ })).toContainText(
    "Second:",
  );
  await page.getByRole("button", { name: "Roll back to number 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
  await expect(page.getByText("Done: number 3 serves now.")).toBeVisible();
  await expect(page.getByText("rolled back to 1", { exact: true })).toBeVisible();
  await openWith(page, name);
  await say(page, "again?");
  await expect(messages(page).nth(5)).toContainText("First: again?");
});

test("two who save at once lose nothing", async ({ page }) => {
  test.setTimeout(LONG);
  const name = newName("pair");
  await logInAsOperator(page);
  await put(page, name, yamlOf(name, "Was:"));
  await page.goto(`/bots/${name}/edit`);
  await expect(editor(page)).toContainText("Was:");
  await write(page, yamlOf(name, "Mine:"));
  await put(page, name, yamlOf(name, "Theirs:"));
  await page.getByRole("button", { name: "Save and publish" }).click();
  const conflict = page.getByRole("alert").filter({ hasText: "Somebody else saved meanwhile" });
  await expect(conflict.getByRole("textbox")).toContainText("Theirs:");
  await expect(editor(page)).toContainText("Mine:");
  await conflict.getByRole("button", { name: "Take theirs" }).click();
  await expect(editor(page)).toContainText("Theirs:");
  await editor(page).press("Control+z");
  await expect(editor(page)).toContainText("Mine:");
  await page.getByRole("button", { name: "Save and publish" }).click();
  await expect(page.getByText("Saved. Number 3 serves now.")).toBeVisible();
});

test("a file that breaks or goes is told on the bot's page, and the last good one serves", async ({
  page,
}) => {
  test.setTimeout(LONG);
  const name = newName("glass");
  await logInAsOperator(page);
  await put(page, name, yamlOf(name, "Whole:"));
  await page.goto(`/bots/${name}`);
  await writeFile(fileOf(name), yamlOf(name, "Whole:", "Tempalte"));
  const broken = page.getByRole("region", { name: "Its file has 1 fault" });
  await expect(broken).toContainText("line 7, column 12");
  await expect(broken).toContainText("keeps serving");
  await page.getByRole("button", { name: "What do you say?" }).click();
  await expect(messages(page).nth(1)).toContainText("Whole: What do you say?");
  await page.goto(`/bots/${name}`);
  await rm(fileOf(name));
  await expect(page.getByText("This bot was removed")).toBeVisible();
});

test("who is no operator reads a bot's file and changes nothing", async ({ page }) => {
  await signUp(page);
  await page.getByRole("link", { name: "All bots" }).click();
  await page.getByRole("link", { name: "Echo: its page" }).click();
  await page.getByRole("link", { name: "Read the YAML" }).click();
  await expect(editor(page)).toHaveAttribute("aria-readonly", "true");
  await expect(editor(page)).toContainText("name: echo");
  await page.goto("/bots/new");
  await expect(page.getByText("This page is for operators")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test(`the pages of bots are free of axe's faults in ${colorScheme}`, async ({ page }) => {
      test.setTimeout(180_000); // nine readings of a whole page on a busy machine
      const name = newName("axe");
      await logInAsOperator(page);
      await put(page, name, yamlOf(name, "One:"));
      await put(page, name, yamlOf(name, "Two:"));
      await page.goto("/bots");
      await expect(page.getByRole("heading", { name: new RegExp(name) })).toBeVisible();
      await expectNoFaults(page);
      await page.goto(`/bots/${name}`);
      await expect(page.getByText("1 runner").first()).toBeVisible();
      await expectNoFaults(page);
      await page.getByRole("button", { name: "Graph" }).click();
      await expect(page.locator(".react-flow__node").first()).toBeVisible();
      await expectNoFaults(page);
      await page.goto(`/bots/${name}/edit`);
      await write(page, yamlOf(name, "Two:", "Tempalte"));
      await expect(page.getByRole("list", { name: "Faults" })).toBeVisible();
      await page.getByRole("button", { name: "Run" }).click();
      await expect(page.getByText(/It was not run/)).toBeVisible();
      await expectNoFaults(page);
      await write(page, yamlOf(name, "Three:"));
      await page.getByRole("button", { name: "Run" }).click();
      await expect(page.getByRole("figure", { name: "It would say" })).toBeVisible();
      await editor(page).press("Control+End");
      await page.keyboard.type("hi");
      await expect(page.getByRole("listbox")).toBeVisible();
      await expectNoFaults(page);
      await page.keyboard.press("Escape");
      await put(page, name, yamlOf(name, "Four:"));
      await expect(page.getByText("Somebody else saved meanwhile")).toBeVisible();
      await expectNoFaults(page);
      await page.goto("/bots/new");
      await page.getByRole("button", { name: "Begin" }).click();
      await expectNoFaults(page);
      await page.goto(`/bots/${name}/history`);
      await expect(page.getByRole("textbox", { name: /^Changes/ })).toBeVisible();
      await expectNoFaults(page);
      await page.getByRole("button", { name: "Roll back to number 1" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectNoFaults(page);
    });
  });
}

test("at 360 px bots are found, read, edited and tried without sideways scroll", async ({
  page,
}) => {
  test.setTimeout(LONG);
  await page.setViewportSize(NARROW);
  const name = newName("narrow-and-with-a-rather-long-name");
  await logInAsOperator(page);
  await put(page, name, yamlOf(name, "One:"));
  await put(page, name, yamlOf(name, "Two:"));
  await page.goto("/bots");
  await page.getByRole("link", { name: new RegExp(`^${name}`) }).click();
  await expectNoSidewaysScroll(page);
  await page.getByRole("button", { name: "Graph" }).click();
  await expect(page.locator(".react-flow__node").first()).toBeVisible();
  await expectNoSidewaysScroll(page);
  await page.getByRole("link", { name: "Edit" }).click();
  await write(page, yamlOf(name, `${"long ".repeat(40)}`));
  await page.getByRole("button", { name: "Run" }).click();
  await expect(page.getByRole("figure", { name: "It would say" })).toBeVisible();
  await expectNoSidewaysScroll(page);
  await page.goto(`/bots/${name}/history`);
  await expect(page.getByRole("textbox", { name: /^Changes/ })).toBeVisible();
  await expectNoSidewaysScroll(page);
});
