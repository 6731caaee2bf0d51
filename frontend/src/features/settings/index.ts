/** What app uses of this feature; administration/ is loaded by itself. */
export { Settings } from "./Settings";
export type { ThemeChoice } from "./preferences/ThemeSection";
