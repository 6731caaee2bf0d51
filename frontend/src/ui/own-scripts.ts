/** Addresses of scripts that this site may start: see trusted-types.ts. Apart from it, for pages that start none. */
import { policies } from "./trusted-types";

const ownScripts = policies?.createPolicy("pinhole-scripts", {
  createScriptURL: (address) => {
    const { origin, href } = new URL(address, location.href);
    if (origin !== location.origin) throw new TypeError("Scripts come from this site only.");
    return href;
  },
});

/** The address of one of the site's own scripts, for `new Worker`. */
export const scriptAddress = (address: string): string =>
  ownScripts ? ownScripts.createScriptURL(address) : address;
