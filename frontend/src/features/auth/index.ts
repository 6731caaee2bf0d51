/**
 * Public parts of the auth feature.
 * email-links/, local-mailbox/, reauth/ and session-expired/ have an index of their own.
 */
export { FirstAccount } from "./registration/FirstAccount";
export { LinkProvider } from "./sign-in/LinkProvider";
export { problemFromCode } from "./sign-in/sign-in-errors";
export { SecondFactor } from "./sign-in/SecondFactor";
export { SignIn } from "./sign-in/SignIn";
