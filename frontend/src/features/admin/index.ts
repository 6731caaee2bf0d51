/** Pages for administrators. */
export { Admin } from "./Admin";
