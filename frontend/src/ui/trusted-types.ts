/**
 * What may become markup or a script's address here: the browser refuses everything else.
 *
 * The content security policy says `require-trusted-types-for 'script'`, so a string that reaches
 * innerHTML or a worker's address is refused unless one of these two policies has passed it.
 * (https://www.w3.org/TR/trusted-types/; browsers that do not know it yet take strings as ever.)
 */

type Policies = {
  createPolicy: (
    name: string,
    rules: {
      createHTML?: (markup: string) => string | null;
      createScriptURL?: (address: string) => string;
    },
  ) => { createScriptURL: (address: string) => string };
};

export const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;

/** PhotoSwipe puts its icons in by innerHTML, and clears elements by "". */
const ICON =
  /^<svg aria-hidden="true" class="pswp__icn"(?: (?:viewBox|width|height)="[\d ]+")+>(?:<(?:use|path)(?: (?:class|id|d|fill-rule|clip-rule|xlink:href)="[\w #.-]*")+ ?\/>)*<\/svg>$/;

export const isIcon = (markup: string): boolean => markup === "" || ICON.test(markup);

/** Lets the icons of PhotoSwipe through, which asks no policy of its own. Once, at the start. */
export const trustIcons = (): void => {
  policies?.createPolicy("default", {
    createHTML: (markup) => (isIcon(markup) ? markup : null),
  });
};
