/** Public parts of the settings feature; administration is a feature of its own. */
export { Settings } from "./Settings";
export type { ThemeChoice } from "./preferences/ThemeSection";
