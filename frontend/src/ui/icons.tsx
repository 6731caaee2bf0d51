/** The few icons the product uses: 24 by 24 strokes that take the colour of the text and say nothing aloud. */
import type { ReactNode } from "react";

type IconProps = { className?: string };

/** Makes an icon of strokes on a field of 24 by 24. */
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
export const DownloadIcon = icon(
  <path d="M12 4v12m0 0 5-5m-5 5-5-5M4 16v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2" />,
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
export const AddToAlbumIcon = icon(
  <>
    <rect x="3" y="9" width="18" height="11.5" rx="2.5" />
    <path d="M5.5 6h13M8 3h8M12 12v5.5M9.25 14.75h5.5" />
  </>,
);
export const RemoveFromAlbumIcon = icon(
  <>
    <rect x="3" y="9" width="18" height="11.5" rx="2.5" />
    <path d="M5.5 6h13M8 3h8M9.25 14.75h5.5" />
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
export const UnarchiveIcon = icon(
  <path d="M4 8.5h16V5H4Zm1.2 0V18a1.5 1.5 0 0 0 1.5 1.5h10.6a1.5 1.5 0 0 0 1.5-1.5V8.5M12 16v-4.5m0 0-2.2 2.2m2.2-2.2 2.2 2.2" />,
);
export const TagIcon = icon(
  <path d="M4 5.5A1.5 1.5 0 0 1 5.5 4h6.2a2 2 0 0 1 1.4.6l6.5 6.5a2 2 0 0 1 0 2.8l-5.7 5.7a2 2 0 0 1-2.8 0l-6.5-6.5a2 2 0 0 1-.6-1.4ZM8.5 8.5h.01" />,
);
export const RestoreIcon = icon(<path d="M4 5v5h5M4.5 10A8 8 0 1 1 4 13" />);
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
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const WarningIcon = icon(
  <path d="M12 9v4m0 3.5v.01M10.3 4.6 2.9 17.4A2 2 0 0 0 4.6 20.4h14.8a2 2 0 0 0 1.7-3L13.7 4.6a2 2 0 0 0-3.4 0Z" />,
);
export const InfoIcon = icon(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 11v5m0-8.5v.01" />
  </>,
);
export const MailIcon = icon(
  <path d="M3 8a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2Zm.5-.5 8.5 6 8.5-6" />,
);
export const PasskeyIcon = icon(
  <path d="M12.5 20H4a6.5 6.5 0 0 1 9.2-5.9M14 7.5a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0Zm4 8.5v5m0-5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm0 2.5h1.5" />,
);
export const KeyRingIcon = icon(
  <path d="M14 10a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0Zm-1.3 3.2L20 20.5m-3-3 2-2" />,
);
export const EyeIcon = icon(
  <>
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
    <circle cx="12" cy="12" r="3" />
  </>,
);
export const EyeOffIcon = icon(
  <path d="m4 4 16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.6 3.3M6.1 7.6A15.6 15.6 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.2-1M9.9 9.9a3 3 0 0 0 4.2 4.2" />,
);
export const SparkleIcon = icon(
  <path d="M11 4.5 12.9 9.6 18 11.5l-5.1 1.9L11 18.5l-1.9-5.1L4 11.5l5.1-1.9ZM18.5 15.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8Z" />,
);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const MinusIcon = icon(<path d="M5 12h14" />);
export const ChevronLeftIcon = icon(<path d="m14.5 5-7 7 7 7" />);
export const ChevronRightIcon = icon(<path d="m9.5 5 7 7-7 7" />);
export const ChevronDownIcon = icon(<path d="m5 9 7 7 7-7" />);
export const CalendarIcon = icon(
  <path d="M5 6.5h14a1.5 1.5 0 0 1 1.5 1.5v10.5A1.5 1.5 0 0 1 19 20H5a1.5 1.5 0 0 1-1.5-1.5V8A1.5 1.5 0 0 1 5 6.5Zm-1.5 4.5h17M8 4v4m8-4v4" />,
);
export const PencilIcon = icon(
  <path d="m4 20 .8-4L16 4.8a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L8 19.2ZM14 7l3 3" />,
);
export const CameraIcon = icon(
  <>
    <path d="M3 9.5A2.5 2.5 0 0 1 5.5 7H7l1.5-2.5h7L17 7h1.5A2.5 2.5 0 0 1 21 9.5V17a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 17Z" />
    <circle cx="12" cy="13" r="3.5" />
  </>,
);
export const SunIcon = icon(
  <>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 2.5v2m0 15v2m9.5-9.5h-2m-15 0h-2m16.2-6.7-1.4 1.4M6.7 17.3l-1.4 1.4m13.4 0-1.4-1.4M6.7 6.7 5.3 5.3" />
  </>,
);
export const MoonIcon = icon(<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z" />);
export const MonitorIcon = icon(
  <>
    <rect x="3" y="4.5" width="18" height="12" rx="2" />
    <path d="M12 16.5V20m-4 0h8" />
  </>,
);
export const MoreIcon = icon(<path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth={2.75} />);
export const OfflineIcon = icon(
  <path d="m4 4 16 16M8.5 16.2a5 5 0 0 1 6.2-.5M5 12.7a10 10 0 0 1 4-2.4m4.5-.2a10 10 0 0 1 5.5 2.6M2 9.2a15 15 0 0 1 4.3-2.7m4.2-1.3A15 15 0 0 1 22 9.2M12 20h.01" />,
);
export const BrokenPictureIcon = icon(
  <path d="M21 9V7a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h5l-1-3.5 3-2-1-3.5 4-2.5M14 19h5a2 2 0 0 0 2-2v-4" />,
);
export const PlayIcon = icon(<path d="M7.5 4.8v14.4L19 12Z" />);
export const SlideshowIcon = icon(
  <path d="M5.5 4h13A1.5 1.5 0 0 1 20 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 14.5v-9A1.5 1.5 0 0 1 5.5 4ZM10.5 7.5v5l4-2.5ZM8 20h8" />,
);
export const PauseIcon = icon(<path d="M8 5v14m8-14v14" strokeWidth={2.75} />);
