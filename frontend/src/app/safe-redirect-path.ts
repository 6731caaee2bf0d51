/** Checks the path to open after signing in, so that it never leads to another site. */

/**
 * A path of this site with its search, or null for everything else: other origins, `//host`, `javascript:`,
 * backslashes that browsers read as slashes, and what is none.
 */
export const safeRedirectPath = (
  text: string | null,
  origin = window.location.origin,
): string | null => {
  if (!text?.startsWith("/")) return null;
  let url: URL;
  try {
    url = new URL(text, origin);
  } catch {
    return null;
  }
  const path = `${url.pathname}${url.search}`;
  // "/.//evil.example" is a path of ours, but what is left of it would be read as a host.
  return url.origin === origin && !path.startsWith("//") ? path : null;
};
