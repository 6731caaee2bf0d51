/** The dialog that asks a signed-in person to prove who they are: see [Note: Reauthentication]. */
export { ReauthDialog } from "./ReauthDialog";
