/**
 * The icons of the first screen: 24 by 24 strokes that take the colour of the text and say nothing aloud. Those
 * of other screens are in lazy-icons.tsx, which is not in the first load.
 */
import type { ReactNode } from "react";

type IconProps = { className?: string };

/** Makes an icon of strokes on a field of 24 by 24. The annotation has bundles leave out those that nothing uses. */
/* @__NO_SIDE_EFFECTS__ */
export const icon = (drawing: ReactNode) => {
  const Icon = ({ className = "size-5" }: IconProps) => (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      className={`shrink-0 ${className}`}
    >
      {drawing}
    </svg>
  );
  return Icon;
};

export const UploadIcon = icon(
  <path d="M12 16V4m0 0L7 9m5-5 5 5M4 16v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2" />,
);
export const FolderIcon = icon(
  <path d="M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2Z" />,
);
export const PicturesIcon = icon(
  <>
    <rect x="3" y="5" width="18" height="14" rx="2.5" />
    <circle cx="8.5" cy="10" r="1.5" />
    <path d="m3.5 17.5 5-4.5 3.5 3 3.5-3.5 5 5" />
  </>,
);
export const AlbumsIcon = icon(
  <>
    <rect x="3" y="9" width="18" height="11.5" rx="2.5" />
    <path d="M5.5 6h13M8 3h8" />
  </>,
);
export const StackIcon = icon(
  <>
    <rect x="3.5" y="8.5" width="12" height="12" rx="2.5" />
    <path d="M8 5.5h8a2.5 2.5 0 0 1 2.5 2.5v8M12 2.5h7a2.5 2.5 0 0 1 2.5 2.5v7" />
  </>,
);
export const TrashIcon = icon(
  <path d="M4 7h16M9.5 7V5a1.5 1.5 0 0 1 1.5-1.5h2A1.5 1.5 0 0 1 14.5 5v2M6 7l.8 11.2A2 2 0 0 0 8.8 20h6.4a2 2 0 0 0 2-1.8L18 7m-8 4v5m4-5v5" />,
);
export const HeartIcon = icon(
  <path d="M12 20s-7.5-4.6-7.5-10.2A4.3 4.3 0 0 1 12 7.2a4.3 4.3 0 0 1 7.5 2.6C19.5 15.4 12 20 12 20Z" />,
);
export const ArchiveIcon = icon(
  <path d="M4 8.5h16V5H4Zm1.2 0V18a1.5 1.5 0 0 0 1.5 1.5h10.6a1.5 1.5 0 0 0 1.5-1.5V8.5M12 11.5v4.5m0 0-2.2-2.2M12 16l2.2-2.2" />,
);
export const TagIcon = icon(
  <path d="M4 5.5A1.5 1.5 0 0 1 5.5 4h6.2a2 2 0 0 1 1.4.6l6.5 6.5a2 2 0 0 1 0 2.8l-5.7 5.7a2 2 0 0 1-2.8 0l-6.5-6.5a2 2 0 0 1-.6-1.4ZM8.5 8.5h.01" />,
);
export const RetryIcon = icon(<path d="M20 5v5h-5m4.5 0A8 8 0 1 0 20 13" />);
export const SettingsIcon = icon(
  <path d="M4 7h9m5 0h2M4 17h2m5 0h9M13 7a2.5 2.5 0 1 0 5 0 2.5 2.5 0 0 0-5 0ZM6 17a2.5 2.5 0 1 0 5 0 2.5 2.5 0 0 0-5 0Z" />,
);
export const SignOutIcon = icon(
  <path d="M14 5H7a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h7m-4-7h10m0 0-3.5-3.5M20 12l-3.5 3.5" />,
);
export const PersonIcon = icon(
  <>
    <circle cx="12" cy="8" r="4" />
    <path d="M4.5 20a7.5 7.5 0 0 1 15 0" />
  </>,
);
export const ShieldIcon = icon(
  <path d="M12 3 5 5.5V11c0 4.5 2.9 8 7 10 4.1-2 7-5.5 7-10V5.5Zm-3 9 2.2 2.2L15.2 10" />,
);
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m16 16 4.5 4.5" />
  </>,
);
export const CommandIcon = icon(
  <path d="M9 9h6v6H9zM9 9H6.5A2.5 2.5 0 1 1 9 6.5zm6 0V6.5A2.5 2.5 0 1 1 17.5 9zm0 6h2.5a2.5 2.5 0 1 1-2.5 2.5zm-6 0v2.5A2.5 2.5 0 1 1 6.5 15z" />,
);
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const WarningIcon = icon(
  <path d="M12 9v4m0 3.5v.01M10.3 4.6 2.9 17.4A2 2 0 0 0 4.6 20.4h14.8a2 2 0 0 0 1.7-3L13.7 4.6a2 2 0 0 0-3.4 0Z" />,
);
export const MailIcon = icon(
  <path d="M3 8a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2Zm.5-.5 8.5 6 8.5-6" />,
);
export const ChevronDownIcon = icon(<path d="m5 9 7 7 7-7" />);
export const MoreIcon = icon(<path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth={2.75} />);
export const OfflineIcon = icon(
  <path d="m4 4 16 16M8.5 16.2a5 5 0 0 1 6.2-.5M5 12.7a10 10 0 0 1 4-2.4m4.5-.2a10 10 0 0 1 5.5 2.6M2 9.2a15 15 0 0 1 4.3-2.7m4.2-1.3A15 15 0 0 1 22 9.2M12 20h.01" />,
);
export const BrokenPictureIcon = icon(
  <path d="M21 9V7a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h5l-1-3.5 3-2-1-3.5 4-2.5M14 19h5a2 2 0 0 0 2-2v-4" />,
);
export const PlayIcon = icon(<path d="M7.5 4.8v14.4L19 12Z" />);
