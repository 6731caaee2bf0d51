/** What app uses of this feature. */
export { RecentlyDeleted } from "./RecentlyDeleted";
export { Timeline } from "./Timeline";
