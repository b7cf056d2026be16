// Mantine told to use our tokens: one source of colours and sizes, tokens.css.
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  localStorageColorSchemeManager,
} from "@mantine/core";

export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--font-code)",
  primaryColor: "green",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  // what stands on the accent is dark in the dark theme: Mantine would make it white
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    return input.variant === "filled" ? { ...colours, color: "var(--accent-on)" } : colours;
  },
});

/** The same key is read by public/theme.js before the first paint. */
export const colourManager = localStorageColorSchemeManager({ key: "warren-colours" });

const TOKENS = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-soft)",
  "--mantine-color-placeholder": "var(--ink-soft)",
  "--mantine-color-anchor": "var(--link)",
  "--mantine-color-error": "var(--status-failed)",
  "--mantine-color-default": "var(--raised)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line)",
  "--mantine-primary-color-filled": "var(--accent)",
  "--mantine-primary-color-filled-hover": "var(--accent-hover)",
  "--mantine-primary-color-contrast": "var(--accent-on)",
  "--mantine-primary-color-light": "var(--accent-soft)",
  "--mantine-primary-color-light-hover": "var(--chosen)",
  "--mantine-primary-color-light-color": "var(--accent-ink)",
  "--mantine-color-green-filled": "var(--accent)",
  "--mantine-color-green-filled-hover": "var(--accent-hover)",
};

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: TOKENS,
  dark: TOKENS,
});
