/** The page of whoever came by a share link: an entry of its own, without an account. */
export { VisitorPage } from "./VisitorPage";
