/** Public parts of the search feature. */
export { SearchResults } from "./SearchResults";
