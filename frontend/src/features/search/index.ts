/** What app uses of this feature. */
export { SearchResults } from "./SearchResults";
