/** A pin on a map, for a page where nothing has a place. */
export const MapPinArt = () => (
  <svg viewBox="0 0 96 72" aria-hidden="true" focusable="false" className="w-28 text-muted">
    <path
      d="M6 20 34 10l28 10 28-10v44L62 64 34 54 6 64Z"
      className="fill-sunken stroke-current"
      strokeWidth="2"
      strokeLinejoin="round"
    />
    <path d="M34 10v44m28-34v44" className="fill-none stroke-current" strokeWidth="2" />
    <path
      d="M48 50s-13-12-13-22a13 13 0 0 1 26 0c0 10-13 22-13 22Z"
      className="fill-accent-soft stroke-accent"
      strokeWidth="2.5"
      strokeLinejoin="round"
    />
    <circle cx="48" cy="28" r="4.5" className="fill-accent" />
  </svg>
);
