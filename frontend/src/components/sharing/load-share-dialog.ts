/** The dialog is loaded when somebody shares something. */
import { lazy } from "react";

export const ShareDialog = lazy(async () => ({
  default: (await import("./ShareDialog")).ShareDialog,
}));
