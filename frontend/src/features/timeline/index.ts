/** What app uses of this feature. */
export { Timeline } from "./Timeline";
