/** Public parts of the look-alikes feature. */
export { LookalikesPage } from "./LookalikesPage";
