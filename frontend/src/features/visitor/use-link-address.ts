/** The link that this page was opened by, and the picture that is open, as entries of the history. */
import { useCallback, useSyncExternalStore } from "react";

import { parseAddress, pathOf, type LinkAddress } from "./link-address";

const CHANGED = "pinhole:address";

const subscribe = (listener: () => void): (() => void) => {
  const events = ["hashchange", "popstate", CHANGED];
  for (const event of events) window.addEventListener(event, listener);
  return () => {
    for (const event of events) window.removeEventListener(event, listener);
  };
};

const hashOf = (): string => window.location.hash;

export const useLinkAddress = (): {
  address: LinkAddress | null;
  /** Opens a picture, moves on to another one, or (null) closes it. */
  show: (imageId: string | null) => void;
} => {
  const hash = useSyncExternalStore(subscribe, hashOf);
  const address = parseAddress(hash);
  const token = address?.token;
  const isOpen = address !== null && address.imageId !== null;
  const show = useCallback(
    (imageId: string | null) => {
      if (token === undefined) return;
      const next = imageId === null ? pathOf(token) : `${pathOf(token)}/images/${imageId}`;
      // From one picture to the next is no step back.
      if (isOpen) window.history.replaceState(null, "", next);
      else window.history.pushState(null, "", next);
      window.dispatchEvent(new Event(CHANGED));
    },
    [token, isOpen],
  );
  return { address, show };
};
