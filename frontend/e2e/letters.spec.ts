// A failure from the person's card to the operator's repair and back.
import { expect, type Page, test } from "@playwright/test";
import { fail, logInAsOperator, messages, signUp } from "./people";

const LONG = 60_000; // some failures and their repair on a busy machine

/** Two people, each with a browser of their own. */
async function withOperator(
  { page, browser }: { page: Page; browser: import("@playwright/test").Browser },
  act: (person: Page, operator: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext();
  const operator = await context.newPage();
  await logInAsOperator(operator);
  await signUp(page);
  await act(page, operator);
  await context.close();
}

test("a failure is found in the inbox, edited and replayed, and answered with its question quoted", async ({
  page,
  browser,
}) => {
  test.setTimeout(LONG);
  await withOperator({ page, browser }, async (person, operator) => {
    await operator.goto("/dead-letters?error_type=ValueError");
    const reference = await fail(person);
    const group = operator.getByRole("button", { name: /Show the letters: stumble · stumble/ });
    await group.click();
    await operator.getByRole("link", { name: reference }).click();
    await expect(operator.getByRole("heading", { level: 1 })).toContainText("stumble stopped at");
    await expect(operator.getByText("you asked for an exception").first()).toBeVisible();

    await operator.getByRole("button", { name: "Edit and replay" }).click();
    const editor = operator.getByRole("textbox", { name: "Payload as JSON" });
    await editor.press("Control+a");
    await operator.keyboard.insertText('{"messages": [{"body": 7}]}');
    await expect(operator.getByText(/“body” is number, must be string/).first()).toBeVisible();
    await expect(operator.getByRole("button", { name: /See the diff/ })).toBeDisabled();

    const letter = await operator.request.get(`/api/v1/dead-letters/${reference}`);
    const { first_input } = (await letter.json()) as { first_input: object };
    const mended = JSON.stringify(first_input, null, 2).replaceAll('"exception"', '"hello"');
    await operator.getByLabel("From which step?").selectOption("draft");
    await editor.press("Control+a");
    await operator.keyboard.insertText(mended);
    await operator.getByRole("button", { name: "See the difference" }).click();
    await expect(operator.getByRole("textbox", { name: /^Difference/ })).toContainText("hello");
    await expect(operator.getByText("It begins at the step “draft”.")).toBeVisible();
    await operator.getByRole("button", { name: "Send once" }).click();

    await expect(messages(person)).toHaveCount(2);
    const answer = messages(person).nth(1);
    await expect(answer).toContainText("I fail on purpose");
    await expect(answer).toContainText("In answer to");
    await expect(answer).toContainText("answered after");
    await expect(person.getByRole("region", { name: /^Stumble/ })).toHaveCount(0);
    await expect(operator.getByText("resolved", { exact: true })).toBeVisible();
    await expect(operator.getByRole("button", { name: "Replay as is" })).toHaveCount(0);
  });
});

test("an answer by hand reaches the person, and ends all replays", async ({ page, browser }) => {
  test.setTimeout(LONG);
  await withOperator({ page, browser }, async (person, operator) => {
    const reference = await fail(person);
    await operator.goto(`/dead-letters/${reference}`);
    await operator.getByRole("button", { name: "Finish by hand" }).click();
    await operator.getByLabel(/^Reply in stumble's place/).fill("Here is what you asked for.");
    await operator.getByRole("button", { name: "Post the reply" }).click();
    await expect(messages(person).nth(1)).toContainText("Here is what you asked for.");
    await expect(messages(person).nth(1)).toContainText("in Stumble's place");
    await expect(operator.getByText(/wrote the answer by hand/).first()).toBeVisible();
    await expect(operator.getByRole("button", { name: /Replay|Edit|Finish/ })).toHaveCount(0);
    const again = await operator.request.post(`/api/v1/dead-letters/${reference}/replay`, {
      data: {},
    });
    expect(again.status()).toBe(409);
  });
});

test("what is tried again and fails again is one letter, with its badge", async ({
  page,
  browser,
}) => {
  test.setTimeout(LONG);
  await withOperator({ page, browser }, async (person, operator) => {
    const reference = await fail(person);
    await person.getByRole("button", { name: "Try again" }).click();
    await operator.goto(`/dead-letters/${reference}`);
    await expect(operator.getByText("2nd failure").first()).toBeVisible({ timeout: 20_000 });
    await expect(person.getByRole("region", { name: /could not answer yet/ })).toHaveCount(1);
    await operator.getByRole("button", { name: "Dismiss" }).click();
    await operator.getByLabel("Why is no answer needed?").fill("only a test");
    await operator.getByRole("dialog").getByRole("button", { name: "Dismiss" }).click();
    await expect(person.getByText(/an operator closed it/)).toBeVisible();
    await operator.getByRole("button", { name: "Open again" }).click();
    await expect(operator.getByRole("button", { name: "Replay as is" })).toBeVisible();
    await expect(person.getByRole("region", { name: /could not answer yet/ })).toBeVisible();
    await person.getByRole("button", { name: "Cancel" }).click();
    await expect(person.getByText("Stumble was stopped")).toBeVisible();
  });
});

test("a group is replayed by a plan: one first, and it stops by itself", async ({
  page,
  browser,
}) => {
  test.setTimeout(LONG);
  await withOperator({ page, browser }, async (person, operator) => {
    await fail(person);
    await operator.goto("/dead-letters?bot=stumble");
    await operator.getByRole("button", { name: "Replay" }).first().click();
    await operator.getByRole("button", { name: /^Replay \d+/ }).click();
    await expect(operator.getByRole("heading", { name: "Replay of many" })).toBeVisible();
    await expect(operator.getByText("stopped by itself")).toBeVisible({ timeout: 30_000 });
    await operator.getByRole("button", { name: "Stop" }).click();
    await operator.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
    await expect(operator.getByText(/0 resolved, 1 failed again/)).toBeVisible();
  });
});

test("who is no operator is told so", async ({ page }) => {
  await logInAsOperator(page);
  await signUp(page);
  await page.goto("/dead-letters");
  await expect(page.getByText("This page is for operators")).toBeVisible();
  const answer = await page.request.get("/api/v1/dead-letters");
  expect(answer.status()).toBe(403);
});
