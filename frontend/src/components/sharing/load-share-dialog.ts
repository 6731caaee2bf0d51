/** The dialogs are loaded when somebody shares something. */
import { lazy } from "react";

export const ShareDialog = lazy(async () => ({
  default: (await import("./ShareDialog")).ShareDialog,
}));
export const PeopleDialog = lazy(async () => ({
  default: (await import("./PeopleDialog")).PeopleDialog,
}));
