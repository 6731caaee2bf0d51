/** What app shows to administrators. */
export { Administration } from "./Admin";
