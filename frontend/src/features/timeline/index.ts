/** What app uses of this feature. */
export { MainTimeline, Timeline } from "./Timeline";
