/** What app uses of this feature. */
export { TrashPage } from "./TrashPage";
