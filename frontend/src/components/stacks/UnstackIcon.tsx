/** Not among the icons of the first load, which does not need it. */
import { icon } from "@/ui";

export const UnstackIcon = icon(
  <>
    <rect x="3" y="13" width="8" height="8" rx="2" />
    <rect x="13" y="13" width="8" height="8" rx="2" />
    <path d="M12 10V3m0 7-3-3m3 3 3-3" />
  </>,
);
