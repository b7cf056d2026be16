import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { messages, openWith, say, signUp } from "./people";

const NARROW = { width: 360, height: 740 };

async function expectNoFaults(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(" | ")}`),
  ).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBeLessThanOrEqual(0);
}

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

test("the choice of colours is kept", async ({ page }) => {
  await signUp(page);
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload({ waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});
