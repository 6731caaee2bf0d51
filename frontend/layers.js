/**
 * Which imports a file may have: app → features → components → api, ui. A feature is one folder of features/, and
 * features never import each other. ESLint holds this, see eslint.config.js; layers.test.js shows that it does.
 */

/** A layer: where its files are, and the layers that they must not import. */
const LAYERS = [
  { name: "features", forbidden: ["app", "features"], hasUnits: true },
  { name: "components", forbidden: ["app", "features"], hasUnits: true },
  { name: "api", forbidden: ["app", "features", "components", "ui"], hasUnits: false },
  { name: "ui", forbidden: ["app", "features", "components", "api"], hasUnits: false },
];

/** Deeper than any folder here. */
const MAX_DEPTH = 5;

const ORDER =
  "The layers are app → features → components → api, ui; features do not import each other.";

/** `import()` is an expression, which no-restricted-imports does not look at. */
const dynamicImportOf = (forbidden) => ({
  selector: `ImportExpression[source.value=/^@\\/(${forbidden.join("|")})(\\/|$)/]`,
  message: ORDER,
});

const climbing = (steps) => "../".repeat(steps);

/** The rules for the files that are so many folders below the folder which they must not leave. */
const rulesAt = ({ name, forbidden, hasUnits }, depth) => {
  // Two steps up are never taken: what is further away is named from @/.
  const steps = Math.min(depth + 1, 2);
  return {
    files: [`src/${name}/${"*/".repeat(depth + (hasUnits ? 1 : 0))}*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: `^@/(${forbidden.join("|")})(/|$)`, message: ORDER },
            {
              regex: `^${climbing(steps).replaceAll(".", "\\.").replace(/\/$/, "")}(/|$)`,
              message:
                "Leave the folder through the @/ alias, so that the rules for layers can see it.",
            },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        dynamicImportOf(forbidden),
        {
          selector: `ImportExpression[source.value=/^(\\.\\.\\/){${steps}}/]`,
          message:
            "Leave the folder through the @/ alias, so that the rules for layers can see it.",
        },
      ],
    },
  };
};

export const layerRules = LAYERS.flatMap((layer) =>
  Array.from({ length: MAX_DEPTH }, (_, depth) => rulesAt(layer, depth)),
);
