/** Icons of dialogs and of all screens but the first: see icons.tsx. */
import { icon } from "./icons";

export const DownloadIcon = icon(
  <path d="M12 4v12m0 0 5-5m-5 5-5-5M4 16v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2" />,
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
export const SaveToLibraryIcon = icon(
  <path d="M4 13v5a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-5M7 4h10M12 8v8m-3.5-3.5L12 16l3.5-3.5" />,
);
export const UnarchiveIcon = icon(
  <path d="M4 8.5h16V5H4Zm1.2 0V18a1.5 1.5 0 0 0 1.5 1.5h10.6a1.5 1.5 0 0 0 1.5-1.5V8.5M12 16v-4.5m0 0-2.2 2.2m2.2-2.2 2.2 2.2" />,
);
export const RestoreIcon = icon(<path d="M4 5v5h5M4.5 10A8 8 0 1 1 4 13" />);
export const InfoIcon = icon(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 11v5m0-8.5v.01" />
  </>,
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
export const SlideshowIcon = icon(
  <path d="M5.5 4h13A1.5 1.5 0 0 1 20 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 14.5v-9A1.5 1.5 0 0 1 5.5 4ZM10.5 7.5v5l4-2.5ZM8 20h8" />,
);
export const PauseIcon = icon(<path d="M8 5v14m8-14v14" strokeWidth={2.75} />);
/** A still within what moves around it. */
export const MotionIcon = icon(
  <>
    <circle cx="12" cy="12" r="4.5" />
    <circle cx="12" cy="12" r="8.5" strokeDasharray="2.2 2.25" />
  </>,
);
