/** What app uses of this feature. */
export { SharedLinksPage } from "./SharedLinksPage";
