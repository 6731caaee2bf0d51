/** Local mode: the mails that would have been sent. */
export { Mailbox } from "./LocalMailbox";
