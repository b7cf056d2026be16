// What waits for a person, in the browser: nobody sees a draft before somebody has approved it.
import { expect, type Page, test } from "@playwright/test";
import { expectNoFaults, expectNoSidewaysScroll, NARROW } from "./looks";
import { logInAsOperator, messages, newName, openWith, say, signUp } from "./people";

const LONG = 60_000;

// Copies are given in e2e only: as with the pages of bots.
const folder = process.env.WARREN_BOTS;
test.skip(folder === undefined, "the folder of bots is not known to be a copy");

/** Save a bot whose words an operator approves. */
async function clerk(page: Page): Promise<string> {
  const name = newName("clerk");
  const yaml = [
    `name: ${name}`,
    "reply: draft",
    "steps:",
    "  - class: Draft",
    "  - class: Template",
    '    config: {template: "I suggest {{ messages[-1].body }}"}',
    "  - class: Reply",
    "",
  ].join("\n");
  const answer = await page.request.put(`/api/v1/bots/${name}`, {
    data: yaml,
    headers: { "Content-Type": "application/yaml", "If-None-Match": "*" },
  });
  expect(answer.ok()).toBe(true);
  return name;
}

test("a draft is seen by who decides only, and said once it is approved in other words", async ({
  page,
  browser,
}) => {
  test.setTimeout(LONG);
  await logInAsOperator(page);
  await page.goto("/");
  const name = await clerk(page);
  const asking = await (await browser.newContext()).newPage();
  await signUp(asking);
  await openWith(asking, name);
  await say(asking, "tea at four");
  await expect(asking.getByText("waits for an operator")).toBeVisible();
  await expect(asking.getByText("I suggest")).toHaveCount(0);

  await page.getByRole("link", { name: /Waiting for you/ }).click();
  const card = page.getByRole("article", { name: `${name} wants to say` });
  await expect(card).toContainText("I suggest tea at four");
  await page.keyboard.press("Enter");
  await expect(card).toBeVisible();
  await card.getByRole("button", { name: "Edit, then approve" }).click();
  await card.getByRole("textbox", { name: "The text that is sent" }).fill("Tea at five, please");
  await card.getByRole("button", { name: "Send this" }).click();
  await expect(card).toHaveCount(0);
  await expect(messages(asking).last()).toContainText("Tea at five, please");
  await expect(asking.getByText("I suggest")).toHaveCount(0);

  await say(asking, "cake at six");
  const second = page.getByRole("article", { name: `${name} wants to say` });
  await expect(second).toContainText("cake at six");
  await second.getByRole("button", { name: "Reject" }).click();
  await second.getByRole("textbox").fill("not today");
  await second.getByRole("button", { name: "Reject" }).click();
  await expect(second).toHaveCount(0);
  await expect(asking.getByText("I suggest")).toHaveCount(0);
});

for (const scheme of ["light", "dark"] as const) {
  test(`what waits is free of faults, ${scheme}`, async ({ page, browser }) => {
    test.setTimeout(LONG);
    await page.emulateMedia({ colorScheme: scheme });
    await logInAsOperator(page);
    await page.goto("/decisions");
    const name = await clerk(page);
    const asking = await (await browser.newContext()).newPage();
    await signUp(asking);
    await openWith(asking, name);
    await say(asking, "a walk");
    const card = page.getByRole("article", { name: `${name} wants to say` });
    await expect(card).toBeVisible();
    await card.getByRole("button", { name: "Edit, then approve" }).click();
    await expectNoFaults(page);
    await page.setViewportSize(NARROW);
    await expectNoSidewaysScroll(page);
    await page.screenshot({ path: `test-results/decisions-${scheme}.png` });
  });
}
