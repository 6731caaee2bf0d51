/** What app uses of this feature. */
export { Register } from "./Register";
export { SignIn } from "./SignIn";
