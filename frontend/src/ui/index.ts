/** The building blocks of every page. They know nothing of pictures or of the server. */
export { Button, buttonClass, IconButton } from "./Button";
export { classNames } from "./class-names";
export { Dialog } from "./Dialog";
export * from "./icons";
export { GridSkeleton } from "./GridSkeleton";
export { LogoMark } from "./Logo";
export { Menu } from "./Menu";
export { usePageTitle } from "./page-title";
export { bytesInWords } from "./sizes";
export { Progress, Spinner } from "./Spinner";
export { EmptyState, ErrorState } from "./States";
export { Switch } from "./Switch";
export { TextField } from "./TextField";
export { ToastProvider, useToast } from "./Toast";
export { VisuallyHidden } from "./VisuallyHidden";
