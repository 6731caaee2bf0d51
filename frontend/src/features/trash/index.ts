/** Public parts of the Recently deleted feature. */
export { TrashPage } from "./TrashPage";
