/** On the page of an album: that pictures of guests wait for their review. */
import { Link } from "wouter";

import { useGuestsWaiting } from "@/api";
import { picturesInWords } from "@/locale";

const AlbumGuests = ({ albumId }: { albumId: string }) => {
  const waiting = useGuestsWaiting(albumId).data ?? 0;
  if (waiting === 0) return null;
  return (
    <p className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-xl bg-accent-soft px-4 py-2.5">
      <span>
        {picturesInWords(waiting)} of guests {waiting === 1 ? "waits" : "wait"} for you.
      </span>
      <Link href="/shared" className="font-medium underline">
        Review
      </Link>
    </p>
  );
};

export default AlbumGuests;
