/** Public parts of the sharing feature. */
export { SharedLinksPage } from "./SharedLinksPage";
