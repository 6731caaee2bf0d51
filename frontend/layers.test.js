import { Linter } from "eslint";
import { expect, test } from "vitest";

import { layerRules } from "./layers.js";

const problemsOf = (file, code) => {
  const config = [{ files: ["src/**/*.{ts,tsx}"] }, ...layerRules];
  return new Linter({ cwd: import.meta.dirname }).verify(code, config, { filename: file });
};

const allowed = [
  ["src/app/App.tsx", "@/features/timeline"],
  ["src/features/timeline/Timeline.tsx", "@/components/gallery"],
  ["src/features/timeline/Timeline.tsx", "@/api"],
  ["src/features/upload/panel/UploadRow.tsx", "../sniff"],
  ["src/features/upload/queue/testing/fakes.ts", "../queue"],
  ["src/components/gallery/ImageGrid.tsx", "@/ui"],
  ["src/components/gallery/ImageGrid.tsx", "./layout-days"],
  ["src/api/images/image-cache.ts", "../client"],
];
const forbidden = [
  ["src/features/timeline/Timeline.tsx", "@/features/viewer"],
  ["src/features/timeline/Timeline.tsx", "../viewer"],
  ["src/features/timeline/Timeline.tsx", "@/app/theme"],
  ["src/features/upload/panel/UploadRow.tsx", "../../viewer/Viewer"],
  ["src/features/upload/queue/testing/fakes.ts", "../../UploadRoot"],
  ["src/components/gallery/ImageGrid.tsx", "@/features/timeline"],
  ["src/components/gallery/ImageGrid.tsx", "@/app/theme"],
  ["src/components/gallery/ImageGrid.tsx", "../settings/Rows"],
  ["src/api/client.ts", "@/ui"],
  ["src/api/client.ts", "../ui"],
  ["src/api/images/image-cache.ts", "@/components/gallery"],
  ["src/api/images/image-cache.ts", "../../ui"],
  ["src/ui/Button.tsx", "@/api"],
  ["src/ui/Button.tsx", "../components/gallery"],
];

test.each(allowed)("layers_%s_importing_%s_is_allowed", (file, to) => {
  expect(problemsOf(file, `import "${to}";`)).toEqual([]);
  expect(problemsOf(file, `void import("${to}");`)).toEqual([]);
});

test.each(forbidden)("layers_%s_importing_%s_is_refused", (file, to) => {
  const codes = [
    `import "${to}";`,
    `import x from "${to}";`,
    `export * from "${to}";`,
    `void import("${to}");`,
  ];
  for (const code of codes) expect(problemsOf(file, code), code).toHaveLength(1);
});
