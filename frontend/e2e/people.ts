// What the browser tests do as a person: sign up, open a conversation, write.
import { expect, type Locator, type Page, test } from "@playwright/test";

export const PASSWORD = "correct horse battery";
/** Signed up by globalSetup.ts before anybody else. */
export const OPERATOR = "e2e-operator";

let made = 0;

/** Return a username that nobody has. */
export function newName(stem: string): string {
  made += 1;
  return `${stem}-${Date.now().toString(36)}${made}`;
}

/** Be somebody new, without the form, and arrive at the home page. */
export async function signUp(page: Page, username = newName("ana")): Promise<string> {
  const answer = await page.request.post("/api/v1/auth/signup", {
    data: { username, password: PASSWORD },
  });
  expect(answer.status()).toBe(201);
  await page.goto("/");
  await expect(page.getByRole("navigation")).toBeVisible();
  return username;
}

/** Be the operator; where somebody else was first on this Warren, the test is skipped. */
export async function logInAsOperator(page: Page): Promise<void> {
  const answer = await page.request.post("/api/v1/auth/login", {
    data: { username: OPERATOR, password: PASSWORD },
  });
  const me = answer.ok() ? ((await answer.json()) as { operator: boolean }) : { operator: false };
  if (process.env.CI) expect(me.operator).toBe(true);
  test.skip(!me.operator, "the first account of this Warren is not of these tests");
}

/** Write to Stumble what makes it fail, and return the reference of its dead letter. */
export async function fail(page: Page): Promise<string> {
  await openWith(page, "stumble");
  const before = new Set(await references(page));
  const fresh = async () => (await references(page)).filter((one) => !before.has(one));
  await say(page, "exception");
  await expect.poll(async () => (await fresh()).length, { timeout: 20_000 }).toBe(1);
  const [reference = ""] = await fresh();
  const card = page.getByRole("region", { name: `Stumble could not answer yet, ${reference}` });
  await expect(card).toBeVisible();
  return reference;
}

/** The references of the dead letters in the conversation that is open. */
async function references(page: Page): Promise<readonly string[]> {
  await page.waitForURL(/\/c\/[^/]+$/);
  const answer = await page.request.get(`/api/v1/conversations/${page.url().split("/").at(-1)}`);
  const { turns } = (await answer.json()) as {
    turns: { state: string; reference: string | null }[];
  };
  return turns.flatMap(({ state, reference }) =>
    state === "parked" && reference ? [reference] : [],
  );
}

/** Sign up by the form. */
export async function signUpByForm(page: Page, username = newName("ana")): Promise<string> {
  await page.goto("/signup");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("navigation")).toBeVisible();
  return username;
}

/** Open the direct conversation with a person or bot by the search field. */
export async function openWith(page: Page, username: string): Promise<void> {
  const search = page.getByRole("searchbox", { name: "Find people and bots" });
  await search.fill(username);
  const person = page
    .getByRole("navigation")
    .getByRole("button")
    .filter({ has: page.locator("span") })
    .filter({ hasText: new RegExp(username.replaceAll("-", "[- ]"), "i") });
  await person.first().click();
  await expect(writer(page)).toBeVisible();
}

/** The field to write in. */
export function writer(page: Page): Locator {
  return page.getByRole("textbox", { name: /^Message to/ });
}

/** Write a message and send it by Enter. */
export async function say(page: Page, body: string): Promise<void> {
  await writer(page).fill(body);
  await writer(page).press("Enter");
}

/** The messages as they stand in the log. */
export function messages(page: Page): Locator {
  return page.getByRole("log").getByRole("article");
}
