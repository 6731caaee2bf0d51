/** Local mode: the mails that would have been sent. */
export { LocalMailbox } from "./LocalMailbox";
