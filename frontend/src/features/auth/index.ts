/** What app uses of this feature at once; by-mail/, mailbox/ and confirm/ are loaded when somebody needs them. */
export { FirstAccount } from "./registration/FirstAccount";
export { LinkProvider } from "./sign-in/LinkProvider";
export { problemFromCode } from "./sign-in/sign-in-errors";
export { SecondFactor } from "./sign-in/SecondFactor";
export { SignIn } from "./sign-in/SignIn";
