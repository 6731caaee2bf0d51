/** Opening the upload pickers from anywhere, though the upload feature is loaded after the first screen. */

type UploadActions = { openFilePicker: () => void; openFolderPicker: () => void };

let actions: UploadActions | null = null;
let waiting: keyof UploadActions | null = null;

/** Called by the upload dock when it is there. Returns what to call when it goes. */
export const announceUpload = (announced: UploadActions): (() => void) => {
  actions = announced;
  if (waiting) actions[waiting]();
  waiting = null;
  return () => {
    actions = null;
  };
};

const press = (button: keyof UploadActions) => () => {
  if (actions) actions[button]();
  // Someone was quicker than the network; the press counts as soon as the feature is there.
  else waiting = button;
};

export const openFilePicker = press("openFilePicker");
export const openFolderPicker = press("openFolderPicker");
