/** What app uses of this feature. */
export { MapPage } from "./MapPage";
export { useListedBox } from "./listed-box";
