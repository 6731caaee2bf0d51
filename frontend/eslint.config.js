/** What the code may do: strict types everywhere, accessible markup, and imports that only point downwards. */
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

/** @param {{ files: string[], ignores?: string[], patterns: { group: string[], message: string }[] }} rule */
const boundary = ({ files, ignores = [], patterns }) => ({
  files,
  ignores,
  rules: { "no-restricted-imports": ["error", { patterns }] },
});

const farRelative = {
  group: ["../../*"],
  message: "Leave the folder through the @/ alias, so that the boundary rules can see it.",
};

export default defineConfig(
  globalIgnores(["dist", "src/api/schema.d.ts"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["src/**/*.{ts,tsx}", "vite.config.ts"],
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Aliases and unions read the same with one keyword.
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Numbers in a template are what they look like.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `onClick={() => close()}` is how React code reads.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [jsxA11y.flatConfigs.strict, reactHooks.configs.flat["recommended-latest"]],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["scripts/**/*.mjs"],
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.node },
  },

  // app → features → api, ui. Features never import each other: app joins them.
  boundary({
    files: ["src/features/**"],
    patterns: [
      farRelative,
      {
        group: ["@/features/*", "@/features/**"],
        message: "Features do not know each other: let app join them.",
      },
      { group: ["@/app/*", "@/app/**"], message: "Features do not know app." },
    ],
  }),
  boundary({
    files: ["src/api/**"],
    patterns: [
      farRelative,
      {
        group: ["@/features/**", "@/app/**", "@/ui/**"],
        message: "api knows the server, not the page.",
      },
    ],
  }),
  boundary({
    files: ["src/ui/**"],
    patterns: [
      farRelative,
      {
        group: ["@/features/**", "@/app/**", "@/api/**"],
        message: "ui knows the page, not the server.",
      },
    ],
  }),
);
