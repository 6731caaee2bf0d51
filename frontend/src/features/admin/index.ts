/** What app shows to administrators. */
export { Admin } from "./Admin";
