/** What app uses of this feature. */
export { AltTextsPage } from "./AltTextsPage";
