/** Public parts of the timeline feature. */
export { GoToDate } from "./GoToDate";
export { Scrubber } from "./Scrubber";
export { sectionsOf } from "./timeline-list";
export { MainTimeline, Timeline } from "./Timeline";
