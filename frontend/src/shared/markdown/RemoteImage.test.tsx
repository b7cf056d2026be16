import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { RemoteImage } from "./RemoteImage";

const SRC = "https://example.org/cat.png";
const show = () => userEvent.click(screen.getByRole("button", { name: /^Show image from/ }));

describe("a picture from elsewhere", () => {
  it("by https is fetched from where it is, after a click and not before", async () => {
    render(<RemoteImage src={SRC} alt="a cat" />);
    expect(screen.queryByRole("img")).toBeNull();
    await show();
    expect(screen.getByRole("img", { name: "a cat" })).toHaveAttribute("src", SRC);
  });

  it("that cannot be shown is a link", async () => {
    render(<RemoteImage src={SRC} alt="a cat" />);
    await show();
    fireEvent.error(screen.getByRole("img"));
    expect(screen.getByRole("link", { name: /example.org/ })).toHaveAttribute("href", SRC);
  });

  it.each([
    ["a cat", "a cat"],
    ["", "http://example.org/cat.png"],
  ])("by http is a plain link: %j", (alt, name) => {
    render(<RemoteImage src="http://example.org/cat.png" alt={alt} />);
    const link = screen.getByRole("link", { name });
    expect(link).toHaveAttribute("href", "http://example.org/cat.png");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "/cat.png"])("of %s is its words", (src) => {
    render(<RemoteImage src={src} alt="a cat" />);
    expect(screen.getByText("a cat")).toBeInTheDocument();
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
