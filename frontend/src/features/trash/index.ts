/** What app uses of this feature. */
export { RecentlyDeleted } from "./TrashPage";
