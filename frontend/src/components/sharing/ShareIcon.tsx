/** The icon of sharing: one point, and two that it is joined with. */
import { icon } from "@/ui";

export const ShareIcon = icon(
  <path d="M9 12a3 3 0 1 1-6 0 3 3 0 1 1 6 0Zm12-6a3 3 0 1 1-6 0 3 3 0 1 1 6 0Zm0 12a3 3 0 1 1-6 0 3 3 0 1 1 6 0ZM8.7 10.7l6.6-3.4m-6.6 6 6.6 3.4" />,
);
