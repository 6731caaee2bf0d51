/** Public parts of the alt texts feature. */
export { AltTextsPage } from "./AltTextsPage";
