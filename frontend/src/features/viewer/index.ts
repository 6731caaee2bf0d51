/** One picture large. Loaded when the first one is opened. */
export { Viewer as default } from "./Viewer";
