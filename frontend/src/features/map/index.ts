/** Public parts of the map feature. */
export { MapPage } from "./MapPage";
export { useListedBox } from "./listed-box";
