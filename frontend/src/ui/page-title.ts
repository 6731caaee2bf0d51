/** The title of the browser's tab, and what a screen reader says of a page. */
import { useEffect } from "react";

export const usePageTitle = (title: string): void => {
  useEffect(() => {
    document.title = title === "" ? "Pinhole" : `${title} · Pinhole`;
  }, [title]);
};
