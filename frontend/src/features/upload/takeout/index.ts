/** Importing exports, loaded when one is dropped. */
export { ImportApi } from "./import-api";
export { TakeoutImport } from "./takeout-import";
