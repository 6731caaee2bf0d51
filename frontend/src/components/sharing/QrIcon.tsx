import { icon } from "@/ui/icons";

export const QrIcon = icon(
  <path d="M4 4h6v6H4zm10 0h6v6h-6zM4 14h6v6H4zm10 0h2v2h-2zm4 4h2v2h-2zm2-4v.01M14 20v.01" />,
);
