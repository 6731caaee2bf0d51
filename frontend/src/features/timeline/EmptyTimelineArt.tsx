/** Illustration of the empty timeline. */
export const EmptyTimelineArt = () => (
  <svg viewBox="0 0 240 150" aria-hidden="true" focusable="false" className="h-40 w-auto">
    <g className="text-accent" fill="currentColor">
      <path d="M120 75 236 18v114Z" opacity="0.14" />
      <path d="M120 75 4 38v74Z" opacity="0.07" />
    </g>
    <g className="text-surface" fill="currentColor" stroke="var(--color-edge)" strokeWidth="1.5">
      <rect x="74" y="32" width="76" height="88" rx="8" transform="rotate(-9 112 76)" />
      <rect x="92" y="34" width="76" height="88" rx="8" transform="rotate(6 130 78)" />
    </g>
    <g transform="rotate(6 130 78)">
      <rect x="99" y="41" width="62" height="58" rx="4" fill="var(--color-sunken)" />
      <circle cx="145" cy="56" r="6.5" fill="var(--color-accent)" />
      <path
        d="M99 91v-8l15-15 13 13 9-8 25 22a4 4 0 0 1-4 4h-54a4 4 0 0 1-4-4Z"
        fill="var(--color-edge)"
        opacity="0.55"
      />
    </g>
  </svg>
);
