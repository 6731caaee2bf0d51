/** Shares what is selected by a link. */
import { Suspense, useState } from "react";

import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { picturesInWords } from "@/locale";

import { ShareDialog } from "./load-share-dialog";
import { ShareIcon } from "./ShareIcon";

export const ShareSelectionButton = ({ selected }: GallerySelection) => {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <SelectionButton icon={<ShareIcon />} onClick={() => setIsOpen(true)}>
        Share
      </SelectionButton>
      {isOpen && (
        <Suspense fallback={null}>
          <ShareDialog
            what={{
              images: { ids: selected.map(({ id }) => id) },
              words: picturesInWords(selected.length),
              title: "",
            }}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
};
