/** Lists of pictures that the search makes, and that nobody should have to know its operators for. */
export const QUICK_SEARCHES = [
  { q: "-is:placed", label: "Pictures without a place" },
  { q: "-is:described", label: "Pictures without a description" },
  { q: "is:animated", label: "Pictures that move" },
  { q: "is:motion", label: "Motion photos" },
  { q: "is:video", label: "Videos" },
] as const;
