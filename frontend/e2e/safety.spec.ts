import { expect, test } from "@playwright/test";
import { PAYLOADS } from "./payloads";
import { messages, openWith, say, signUp } from "./people";

test("no text that anybody writes runs a script, fetches or leaves the page", async ({
  page,
  browser,
}) => {
  test.setTimeout(60_000);
  const context = await browser.newContext();
  const other = await context.newPage();
  const ben = await signUp(other);
  const strangers: string[] = [];
  const dialogs: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).hostname.endsWith(".example")) strangers.push(request.url());
  });
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await signUp(page);
  await openWith(page, ben);
  const home = page.url();
  // several to a message keep the test short; each stays a block of its own
  for (let at = 0; at < PAYLOADS.length; at += 12) {
    await say(page, PAYLOADS.slice(at, at + 12).join("\n\n"));
  }
  await expect(messages(page)).toHaveCount(Math.ceil(PAYLOADS.length / 12));
  const links = page.getByRole("log").getByRole("link");
  for (const link of await links.all()) {
    expect(await link.getAttribute("href")).toMatch(/^(https?:|mailto:|#|$)/);
    expect(await link.getAttribute("rel")).toContain("noopener");
    await link.hover({ force: true });
  }
  expect(await page.evaluate(() => (window as { __ran?: number }).__ran)).toBeUndefined();
  expect(strangers).toEqual([]);
  expect(dialogs).toEqual([]);
  expect(page.url()).toBe(home);
  await expect(
    page.getByRole("log").locator("script, iframe, object, embed, form, style, base"),
  ).toHaveCount(0);
  // HTML is shown as the text that it is
  await expect(page.getByText("<svg onload=", { exact: false }).first()).toBeVisible();
  await context.close();
});
