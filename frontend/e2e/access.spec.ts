import { expect, test } from "@playwright/test";
import { expectNoFaults, expectNoSidewaysScroll, NARROW } from "./looks";
import { fail, logInAsOperator, messages, openWith, say, signUp } from "./people";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test(`every screen is free of axe's faults in ${colorScheme}`, async ({ page }) => {
      test.setTimeout(90_000); // six readings of a whole page, each of some seconds on a busy machine
      await page.goto("/login");
      await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
      await expectNoFaults(page);
      await page.goto("/signup");
      await page.getByRole("button", { name: "Sign up" }).click();
      await expectNoFaults(page);
      await signUp(page);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expectNoFaults(page);
      await openWith(page, "echo");
      await expectNoFaults(page);
      await say(page, "| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet a = 1; // one\n```\n> quoted");
      await expect(messages(page)).toHaveCount(2);
      await expectNoFaults(page);
      await page.getByRole("button", { name: /^Account of/ }).click();
      await expect(page.getByRole("menuitem", { name: "Log out" })).toBeVisible();
      await expectNoFaults(page);
    });

    test(`the operators' pages are free of axe's faults in ${colorScheme}`, async ({ page }) => {
      test.setTimeout(180_000); // as above, and a failure to look at and to replay
      await logInAsOperator(page);
      await page.goto("/");
      const reference = await fail(page);
      await expectNoFaults(page);
      await page.goto("/dead-letters");
      await page
        .getByRole("button", { name: /^Show the letters/ })
        .first()
        .click();
      await page.getByRole("checkbox").first().check();
      await expectNoFaults(page);
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectNoFaults(page);
      await page.goto("/dead-letters?runner=nobody&q=ab");
      await expect(page.getByText("More filters (1 used)")).toBeVisible();
      await expect(page.getByRole("alert")).toContainText("Nothing was looked for");
      await expectNoFaults(page);
      await page.goto("/dead-letters?runner=nobody");
      await expect(page.getByText("Nothing matches")).toBeVisible();
      await expectNoFaults(page);
      await page.goto("/dead-letters?bot=stumble&by=error");
      await page.getByRole("button", { name: "Dismiss" }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Dismiss" }).click();
      await expect(page.getByText("Say why, in a few words.")).toBeVisible();
      await expectNoFaults(page);
      await page.goto("/dead-letters?bot=stumble");
      await page.getByRole("button", { name: "Note" }).first().click();
      await expectNoFaults(page);
      await page.goto("/dead-letters?bot=stumble");
      await page.getByRole("button", { name: "Replay" }).first().click();
      await expect(page.getByText("still needed: these are replayed")).toBeVisible();
      await expectNoFaults(page);
      await page.getByRole("button", { name: /^Replay \d+/ }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Replay of many" })).toBeVisible();
      await expect(page.getByText("stopped by itself")).toBeVisible({ timeout: 30_000 });
      await expectNoFaults(page);
      await page.goto(`/dead-letters/${reference}`);
      await expect(page.getByRole("button", { name: "Replay as is" })).toBeVisible();
      await expectNoFaults(page);
      await page.getByRole("button", { name: "Replay as is" }).click();
      await expectNoFaults(page);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Edit and replay" }).click();
      const editor = page.getByRole("textbox", { name: "Payload as JSON" });
      await editor.press("Control+End");
      await page.keyboard.type(",");
      await expect(page.getByText(/this is not JSON here/).first()).toBeVisible();
      await expectNoFaults(page);
      await page.keyboard.press("Backspace");
      await editor.press("Control+Home");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.insertText('"mood": 1,');
      await page.getByRole("button", { name: "See the difference" }).click();
      await expect(page.getByRole("textbox", { name: /^Difference/ })).toBeVisible();
      await expectNoFaults(page);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Finish by hand" }).click();
      await expectNoFaults(page);
      await page.getByRole("radio", { name: /Give the step's output/ }).check();
      await expect(page.getByRole("textbox", { name: "Output of the step as JSON" })).toBeVisible();
      await expectNoFaults(page);
      await page.keyboard.press("Escape");
      await page.evaluate(() => {
        for (const part of document.querySelectorAll("main details")) {
          (part as HTMLDetailsElement).open = true;
        }
      });
      await expect(page.getByRole("region", { name: "Headers" })).toBeVisible();
      await expectNoFaults(page);
    });

    test(`the page is never painted in the other colours in ${colorScheme}`, async ({ page }) => {
      await page.goto("/login", { waitUntil: "commit" });
      await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
    });
  });
}

test("at 360 px there is one column, no sideways scroll, and the way back", async ({ page }) => {
  await page.setViewportSize(NARROW);
  await page.goto("/signup");
  await expectNoSidewaysScroll(page);
  await signUp(page);
  await expectNoSidewaysScroll(page);
  await openWith(page, "echo");
  await say(page, `${"long".repeat(120)}\n\n\`\`\`\n${"wide ".repeat(100)}\n\`\`\``);
  await expect(messages(page)).toHaveCount(2);
  await expectNoSidewaysScroll(page);
  const field = await page.getByRole("textbox", { name: /^Message to/ }).boundingBox();
  expect(field && field.y + field.height).toBeLessThanOrEqual(NARROW.height);
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(page.getByRole("navigation")).toBeVisible();
  await expectNoSidewaysScroll(page);
});

test("at 360 px dead letters are found and repaired without sideways scroll", async ({ page }) => {
  test.setTimeout(60_000);
  await page.setViewportSize(NARROW);
  await logInAsOperator(page);
  await page.goto("/");
  const reference = await fail(page);
  await expectNoSidewaysScroll(page);
  await page.goto("/dead-letters");
  await page
    .getByRole("button", { name: /^Show the letters/ })
    .first()
    .click();
  await expect(page.getByRole("link", { name: reference })).toBeVisible();
  await expectNoSidewaysScroll(page);
  await page.getByRole("link", { name: reference }).click();
  await page.getByRole("button", { name: "Edit and replay" }).click();
  await expect(page.getByRole("textbox", { name: "Payload as JSON" })).toBeVisible();
  await expectNoSidewaysScroll(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Replay as is" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replay" }).click();
  await expect(page.getByText("2nd failure").first()).toBeVisible({ timeout: 20_000 });
});

test("the choice of colours is kept", async ({ page }) => {
  await signUp(page);
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload({ waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});
