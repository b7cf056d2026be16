// The keys of the inbox, each in a browser; its filters in the address; the count in the navigation.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { fail, logInAsOperator, newName, signUp } from "./people";

const LONG = 60_000; // some failures on a busy machine

/** The operator's inbox with the letters of one new conversation: nobody else's are in it. */
async function inboxOf(page: Page, failures: number): Promise<readonly string[]> {
  await signUp(page, newName("kim"));
  const references: string[] = [];
  while (references.length < failures) references.push(await fail(page));
  await logInAsOperator(page);
  const letter = await page.request.get(`/api/v1/dead-letters/${references[0]}`);
  const { conversation_id } = ((await letter.json()) as { letter: { conversation_id: string } })
    .letter;
  await page.goto(`/dead-letters?conversation=${conversation_id}`);
  await expect(groups(page)).toHaveCount(1);
  return references.reverse(); // as they stand: the newest first
}

const groups = (page: Page): Locator => page.getByRole("button", { name: /^Show the letters/ });
const dialog = (page: Page): Locator => page.getByRole("dialog");

test("every key of the inbox does what its help says", async ({ page }) => {
  test.setTimeout(LONG);
  const [first = "", second = ""] = await inboxOf(page, 2);
  const row = (reference: string) => page.getByRole("link", { name: reference });

  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys in this list" });
  for (const key of ["j, k", "Enter", "x", "r", "e", "d", "?", "Esc"]) {
    await expect(help.getByText(key, { exact: true })).toBeVisible();
  }
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);

  await page.keyboard.press("j");
  await expect(groups(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(row(first)).toBeVisible();
  await page.keyboard.press("j");
  await expect(row(first)).toBeFocused();
  await page.keyboard.press("j");
  await expect(row(second)).toBeFocused();
  await page.keyboard.press("k");
  await expect(row(first)).toBeFocused();

  await page.keyboard.press("x");
  await expect(page.getByText("1 letter selected")).toBeVisible();
  await page.keyboard.press("x");
  await expect(page.getByText("1 letter selected")).toHaveCount(0);
  await page.keyboard.press("k");
  await page.keyboard.press("x");
  await expect(page.getByText("2 letters selected")).toBeVisible();
  await page.keyboard.press("x");
  await expect(page.getByText("2 letters selected")).toHaveCount(0);

  await page.keyboard.press("r");
  await expect(page.getByRole("dialog", { name: "Replay this group" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(groups(page)).toBeFocused();
  await page.keyboard.press("d");
  await expect(page.getByRole("dialog", { name: "Dismiss 2 letters" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(groups(page)).toBeFocused();

  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await expect(page.getByRole("dialog", { name: "Edit and replay" })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/dead-letters/${first}$`));
  await page.goBack();
  await groups(page).press("Enter");
  await row(first).focus();
  await page.keyboard.press("r");
  await dialog(page).getByRole("button", { name: "Replay" }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(second)).toBeFocused(); // the next row, though the first may fail again at once
  await page.keyboard.press("d");
  await dialog(page).getByLabel("Why is no answer needed?").fill("only a test");
  await dialog(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(row(second)).toHaveCount(0);
  await expect(row(first).or(groups(page)).and(page.locator(":focus"))).toHaveCount(1);

  await row(first).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("stumble stopped at");
});

test("filters live in the address: a link, a reload and the way back show the same", async ({
  page,
}) => {
  test.setTimeout(LONG);
  const [reference = ""] = await inboxOf(page, 1);
  await page.getByRole("searchbox", { name: "Error" }).fill("ValueError");
  await expect(page).toHaveURL(/error_type=ValueError/);
  await page.getByLabel("Text within").fill("asked for");
  await expect(page).toHaveURL(/q=asked/);
  await page.getByLabel("Status").selectOption("All");
  await page.getByLabel("Failed since").fill("2020-01-01T10:00");
  await page.getByLabel("Failed since").press("Enter");
  await expect(page).toHaveURL(/since=2020-01-01/);
  await page.reload();
  await expect(page.getByRole("searchbox", { name: "Error" })).toHaveValue("ValueError");
  await expect(page.getByLabel("Failed since")).toHaveValue("2020-01-01T10:00");
  await groups(page).click();
  await page.getByRole("link", { name: reference }).click();
  await page.goBack();
  await expect(page.getByLabel("Text within")).toHaveValue("asked for");
  await expect(groups(page)).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Error" }).fill("OtherError");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear filter" }).click();
  await expect(page).toHaveURL(/\/dead-letters$/);
});

test("the count of open letters in the navigation follows a failure at once", async ({
  page,
  browser,
}) => {
  test.setTimeout(LONG);
  const context = await browser.newContext();
  const operator = await context.newPage();
  await logInAsOperator(operator);
  await operator.goto("/");
  const link = operator.getByRole("link", { name: /^Dead letters/ });
  const open = async () => Number((await link.innerText()).match(/\d+/)?.[0] ?? "0");
  await expect.poll(async () => await link.count()).toBe(1);
  await operator.waitForLoadState("networkidle");
  const before = await open();
  await signUp(page);
  await fail(page);
  // the slow poll comes after 30 s: sooner only the frame can bring it
  await expect.poll(open, { timeout: 5_000 }).toBe(before + 1);
  await context.close();
});
