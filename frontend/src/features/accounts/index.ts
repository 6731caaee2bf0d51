/** What app uses of this feature at once; by-mail/, mailbox/ and confirm/ are loaded when somebody needs them. */
export { FirstAccount } from "./FirstAccount";
export { LinkProvider } from "./LinkProvider";
export { problemFromCode } from "./problems";
export { SecondFactor } from "./SecondFactor";
export { SignIn } from "./SignIn";
