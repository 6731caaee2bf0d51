/** Public parts of the tags feature. */
export { EmptyTag } from "./EmptyTag";
export { TagActions } from "./TagActions";
export { TagContext } from "./tag-context";
export { TagHeader } from "./TagHeader";
export { TagsPage } from "./TagsPage";
