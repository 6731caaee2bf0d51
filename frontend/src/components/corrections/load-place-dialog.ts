/** Loads the dialog before it is asked for: what is typed before it stands would be lost. */
export const loadPlaceDialog = async () => ({
  default: (await import("./PlaceDialog")).PlaceDialog,
});
