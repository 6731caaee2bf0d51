/** The mark: light falls through a pinhole and spreads out on the other side. */
export const LogoMark = ({ className = "size-7" }: { className?: string }) => (
  <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false" className={`shrink-0 ${className}`}>
    <rect width="32" height="32" rx="9" className="fill-[light-dark(#1c1a18,#322d29)]" />
    <path d="M0 6.5 16 16 0 25.5Z" fill="#f5b04c" opacity={0.22} />
    <path d="M32 9.5 16 16l16 6.5Z" fill="#f5b04c" opacity={0.6} />
    <circle cx="16" cy="16" r="4.5" fill="#f5b04c" />
  </svg>
);
