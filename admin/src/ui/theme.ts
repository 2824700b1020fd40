import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

import { t } from "@/ui/strings";

/**
 * Mantine wants ten shades of a colour; the house has one per scheme, which changes with the scheme
 * by itself. All ten point at the token.
 */
function token(name: string): MantineColorsTuple {
  const shade = `var(--${name})`;
  return [shade, shade, shade, shade, shade, shade, shade, shade, shade, shade];
}

function scale(...names: string[]): MantineColorsTuple {
  return names.map((name) => `var(--${name})`) as unknown as MantineColorsTuple;
}

/** Mantine's own variants fail AA on small text (light badges 3.8:1); these are measured tokens. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const known = ["vermilion", "blueprint", "moss", "ochre"];
  const name = known.includes(String(input.color ?? input.theme.primaryColor))
    ? String(input.color ?? input.theme.primaryColor)
    : null;
  if (input.variant === "filled" && (name === "vermilion" || name === null)) {
    return {
      background: "var(--vermilion)",
      hover: "var(--vermilion-strong)",
      color: "var(--on-vermilion)",
      border: "1px solid transparent",
    };
  }
  if (input.variant === "light" && name) {
    return {
      background: `var(--wash-${name})`,
      hover: `var(--wash-${name})`,
      color: `var(--${name})`,
      border: "1px solid transparent",
    };
  }
  if (input.variant === "subtle") {
    return {
      background: "transparent",
      hover: "var(--leaf-strong)",
      color: name && name !== "vermilion" ? `var(--${name})` : "var(--ink)",
      border: "1px solid transparent",
    };
  }
  if (input.variant === "outline") {
    return {
      background: "transparent",
      hover: "var(--leaf)",
      color: `var(--${name ?? "ink"})`,
      border: `1px solid var(--${name ?? "rule-strong"})`,
    };
  }
  return defaultVariantColorsResolver(input);
};

export const theme = createTheme({
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  headings: {
    fontFamily: "var(--sans)",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "22px", lineHeight: "28px" },
      h2: { fontSize: "17.6px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
    },
  },
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "17.6px", xl: "22px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "24px", xl: "28px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "2px", sm: "3px", md: "3px", lg: "3px", xl: "3px" },
  defaultRadius: "sm",
  shadows: { xs: "none", sm: "none", md: "none", lg: "none", xl: "none" },
  colors: {
    vermilion: token("vermilion"),
    blueprint: token("blueprint"),
    moss: token("moss"),
    ochre: token("ochre"),
    red: token("vermilion"),
    // What Mantine takes from its greys, by the place it has in their scale.
    gray: scale("leaf", "leaf", "leaf-strong", "rule", "rule-strong", "rule-strong", "pencil", "pencil", "ink", "ink"),
    dark: scale("ink", "pencil", "pencil", "pencil", "rule-strong", "leaf-strong", "paper", "paper", "leaf", "leaf"),
  },
  primaryColor: "vermilion",
  primaryShade: 6,
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  variantColorResolver,
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { "aria-label": t("close") },
        // Gone at once: a closing dialog must not show its contents changing.
        transitionProps: { duration: 120, exitDuration: 0, transition: "fade" },
        overlayProps: { color: "transparent", backgroundOpacity: 1, style: { background: "var(--veil)" } },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": t("close") } } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { transitionProps: { duration: 0 }, shadow: "none" } },
    Tooltip: { defaultProps: { transitionProps: { duration: 0 }, openDelay: 400 } },
  },
});

/** Mantine's variables, said in tokens. Both schemes are the same: the tokens differ. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--paper)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-bright": "var(--ink)",
    "--mantine-color-dimmed": "var(--pencil)",
    "--mantine-color-placeholder": "var(--pencil)",
    "--mantine-color-anchor": "var(--ink)",
    "--mantine-color-error": "var(--vermilion)",
    "--mantine-color-default": "var(--paper)",
    "--mantine-color-default-hover": "var(--leaf)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--rule-strong)",
    "--mantine-color-disabled": "var(--leaf-strong)",
    "--mantine-color-disabled-color": "var(--pencil)",
    "--mantine-color-disabled-border": "var(--rule)",
    "--mantine-primary-color-contrast": "var(--on-vermilion)",
  };
  return { variables: {}, light: { ...shared, "--mantine-color-white": "var(--paper)" }, dark: shared };
};
