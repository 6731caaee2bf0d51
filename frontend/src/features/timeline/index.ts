/** Public parts of the timeline feature. */
export { MainTimeline, Timeline } from "./Timeline";
