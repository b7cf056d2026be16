import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { PAYLOADS } from "../../../e2e/payloads";
import { Markdown } from "./Markdown";

describe("markdown", () => {
  it.each(PAYLOADS)("lets nothing live through: %s", (payload) => {
    const { container } = render(<Markdown body={payload} />);
    expect(
      container.querySelector(
        "script, iframe, object, embed, form, style, base, svg:not([aria-hidden]), img",
      ),
    ).toBeNull();
    for (const element of container.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name.startsWith("on")).toBe(false);
        expect(value.trim().toLowerCase()).not.toMatch(/^(javascript|vbscript|data):/);
      }
    }
  });

  it("shows HTML as the text that somebody typed", () => {
    render(<Markdown body={"<b>bold?</b> and\n\n<div>a block</div>"} />);
    expect(screen.getByText("<b>bold?</b> and")).toBeInTheDocument();
    expect(screen.getByText("<div>a block</div>")).toBeInTheDocument();
  });

  it("opens links apart", () => {
    render(<Markdown body="[here](https://example.org)" />);
    const link = screen.getByRole("link", { name: "here" });
    expect(link).toHaveAttribute("target", "_blank");
    expect(link.getAttribute("rel")).toContain("noopener");
  });

  it("fetches a picture only after a click", async () => {
    render(<Markdown body="![a cat](https://example.org/cat.png)" />);
    expect(screen.queryByRole("img")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: /Show image from example.org/ }));
    expect(screen.getByRole("img", { name: "a cat" })).toHaveAttribute(
      "referrerpolicy",
      "no-referrer",
    );
  });

  it("copies code as it was written", async () => {
    const user = userEvent.setup();
    render(<Markdown body={"```python\nprint(1)\nprint(2)\n```"} />);
    await user.click(screen.getByRole("button", { name: "Copy" }));
    expect(await navigator.clipboard.readText()).toBe("print(1)\nprint(2)");
    expect(screen.getByText("python")).toBeInTheDocument();
  });
});
