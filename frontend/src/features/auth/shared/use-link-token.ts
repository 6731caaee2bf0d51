/**
 * The token that a link in a mail brings.
 *
 * [Note: Tokens of links] They stand behind the #, which no browser sends to any server. The page takes them out
 * of the address at once, so that they stay out of the history, of screenshots and of what people copy, and
 * keeps them in the history entry's own state, which survives a reload.
 */
import { useEffect, useSyncExternalStore } from "react";

const subscribe = (onChange: () => void): (() => void) => {
  // Another link opened in this tab changes nothing but what is behind the #.
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
};

const keptToken = (): string => {
  const state: unknown = window.history.state;
  return typeof state === "object" &&
    state !== null &&
    "linkToken" in state &&
    typeof state.linkToken === "string"
    ? state.linkToken
    : "";
};

const readToken = (): string => window.location.hash.slice(1) || keptToken();

/** Empty when the address brought none. */
export const useLinkToken = (): string => {
  const token = useSyncExternalStore(subscribe, readToken);
  useEffect(() => {
    if (window.location.hash === "") return;
    const { pathname, search } = window.location;
    window.history.replaceState({ linkToken: token }, "", pathname + search);
  }, [token]);
  return token;
};
