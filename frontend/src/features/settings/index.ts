/** What app uses of this feature. */
export { Settings } from "./Settings";
export type { ThemeChoice } from "./ThemeSection";
