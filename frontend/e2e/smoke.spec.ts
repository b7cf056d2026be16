import { expect, test } from "@playwright/test";
import { messages, newName, openWith, PASSWORD, say, signUp, signUpByForm, writer } from "./people";

test("a person signs up, logs out and logs in", async ({ page }) => {
  const username = await signUpByForm(page);
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert").or(page.locator("[class*=error]")).first()).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("navigation")).toBeVisible();
});

test("a taken username is told at its field", async ({ page, browser }) => {
  const username = await signUp(page);
  const other = await browser.newPage();
  await other.goto("/signup");
  await other.getByLabel("Username").fill(username);
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Sign up" }).click();
  await expect(other.getByLabel("Username")).toHaveAttribute("aria-invalid", "true");
  await other.close();
});

test("echo answers, and a reload keeps the conversation", async ({ page }) => {
  await signUp(page);
  await openWith(page, "echo");
  await say(page, "Hello **there**");
  const mine = messages(page).filter({ hasText: "Hello there" }).first();
  await expect(mine).toBeVisible({ timeout: 1_000 });
  await expect(mine.getByText("Sent")).toBeAttached();
  await expect(messages(page)).toHaveCount(2);
  await expect(messages(page).nth(1)).toContainText("Hello");
  await page.reload();
  await expect(messages(page)).toHaveCount(2);
});

test("a bot's steps go by while it works, and its answer follows", async ({ page }) => {
  test.setTimeout(90_000); // a language model on two cores takes its time
  await signUp(page);
  await openWith(page, "in-short");
  // every state of the line is kept, since a quick bot's progress is gone in a blink
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      for (const turn of document.querySelectorAll("[data-turn]")) {
        const line = turn.textContent ?? "";
        if (seen.at(-1) !== line) seen.push(line);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await say(page, "The bakery moves from Mill Lane to the harbour in May because the roof leaks.");
  await expect(messages(page)).toHaveCount(2, { timeout: 80_000 });
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(seen.join("\n")).toMatch(/step \d of \d/);
  await expect(page.locator("[data-turn]")).toHaveCount(0);
});

test("two people see each other's messages, unread ones counted", async ({ page, browser }) => {
  const ana = await signUp(page, newName("ana"));
  const context = await browser.newContext();
  const other = await context.newPage();
  const ben = await signUp(other, newName("ben"));
  await openWith(page, ben);
  await say(page, "Are you coming?");
  const conversation = other.getByRole("navigation").getByRole("link", { name: new RegExp(ana) });
  await expect(conversation).toContainText("1 unread message");
  await conversation.click();
  await expect(messages(other)).toHaveCount(1);
  await expect(other.getByText("New", { exact: true })).toBeVisible();
  await say(other, "On my way");
  await expect(messages(page).nth(1)).toContainText("On my way");
  await expect(conversation).not.toContainText("unread");
  await context.close();
});

test("messages written offline go out once, and what was missed arrives", async ({
  page,
  browser,
}) => {
  const ana = await signUp(page, newName("ana"));
  const context = await browser.newContext();
  const other = await context.newPage();
  const ben = await signUp(other, newName("ben"));
  await openWith(page, ben);
  await say(page, "first");
  await expect(messages(page).first().getByText("Sent")).toBeAttached();
  await openWith(other, ana);
  await page.context().setOffline(true);
  await say(page, "written offline");
  await expect(page.getByText("Not sent yet", { exact: false })).toBeVisible();
  for (const word of ["missed one", "missed two", "missed three"]) await say(other, word);
  await expect(messages(other)).toHaveCount(4);
  await page.context().setOffline(false);
  await expect(messages(page)).toHaveCount(5);
  await expect(messages(other)).toHaveCount(5);
  for (const word of ["first", "written offline", "missed one", "missed two", "missed three"]) {
    await expect(messages(page).filter({ hasText: word })).toHaveCount(1);
  }
  await context.close();
});

test("drafts survive going elsewhere, and Shift + Enter breaks the line", async ({ page }) => {
  await signUp(page);
  await openWith(page, "echo");
  await writer(page).fill("half a thought");
  await writer(page).press("Shift+Enter");
  await page.getByRole("link", { name: "Warren" }).click();
  await page.goBack();
  await expect(writer(page)).toHaveValue("half a thought\n");
});

test("a group is made from people and bots", async ({ page, browser }) => {
  const context = await browser.newContext();
  const ben = await signUp(await context.newPage(), newName("ben"));
  await context.close();
  await signUp(page);
  await page.getByRole("button", { name: "New group" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What is it about?").fill("Kitchen rota");
  for (const name of [ben, "echo"]) {
    await dialog.getByRole("combobox", { name: "Who is in it?" }).fill(name);
    await page
      .getByRole("option", { name: new RegExp(name, "i") })
      .first()
      .click();
  }
  await page.keyboard.press("Tab");
  await dialog.getByRole("button", { name: "Create group" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Kitchen rota" })).toBeVisible();
  await say(page, "@echo are you there?");
  await expect(messages(page)).toHaveCount(2);
});
