/** The picture beside the sign-in form: a room with a hole in one wall, and the landscape upside down on the other. */
const Landscape = () => (
  <>
    <rect width="200" height="150" fill="#f7c87f" />
    <circle cx="142" cy="52" r="17" fill="#fff3dc" />
    <path d="M0 96 44 62l30 24 38-44 88 68v40H0Z" fill="#b4622a" />
    <path d="M0 122c40-22 74-14 108-2s66 8 92-8v38H0Z" fill="#5c3218" />
  </>
);

export const CameraObscuraArt = () => (
  <svg
    viewBox="10 50 620 320"
    aria-hidden="true"
    focusable="false"
    className="w-full max-w-2xl"
    fill="none"
  >
    <defs>
      <linearGradient id="obscura-beam" x1="0" x2="1">
        <stop offset="0" stopColor="#f5b04c" stopOpacity="0.55" />
        <stop offset="1" stopColor="#f5b04c" stopOpacity="0.08" />
      </linearGradient>
      <clipPath id="obscura-frame">
        <rect width="200" height="150" rx="10" />
      </clipPath>
    </defs>
    <g transform="translate(20 135)" clipPath="url(#obscura-frame)">
      <Landscape />
    </g>
    <path d="M220 135 320 210 220 285Z" fill="url(#obscura-beam)" opacity="0.5" />
    <path d="M320 210 420 135v150Z" fill="url(#obscura-beam)" />
    <path d="M320 60v140M320 220v140" stroke="#4a433c" strokeWidth="6" strokeLinecap="round" />
    <circle cx="320" cy="210" r="5" fill="#fff3dc" />
    <g
      transform="rotate(180 310 210) translate(0 135)"
      clipPath="url(#obscura-frame)"
      opacity="0.92"
    >
      <Landscape />
    </g>
  </svg>
);
