/** What app uses of this feature. */
export { LookalikesPage } from "./LookalikesPage";
