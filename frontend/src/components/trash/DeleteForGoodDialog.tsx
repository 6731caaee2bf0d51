/** Asks before pictures are deleted for good: how many, how large, and that nothing brings them back. */
import { isWhole, type ListedImage } from "@/api";
import { picturesInWords } from "@/locale";
import { Button, Dialog, formatBytes } from "@/ui";

type DeleteForGoodDialogProps = {
  images: readonly ListedImage[];
  /** There are more than these. */
  isPart?: boolean;
  onConfirm: () => void;
  onClose: () => void;
};

/** How large the originals are together; null: that is not known of all. */
const sizeOf = (images: readonly ListedImage[]): string | null => {
  const whole = images.filter(isWhole);
  if (whole.length < images.length) return null;
  return formatBytes(whole.reduce((sum, { size }) => sum + size, 0));
};

export const DeleteForGoodDialog = (props: DeleteForGoodDialogProps) => {
  const { images, isPart = false, onConfirm, onClose } = props;
  const size = sizeOf(images);
  const it = images.length === 1 ? "it" : "them";
  const atLeast = isPart ? "More than " : "";
  return (
    <Dialog
      title={
        isPart
          ? "Delete everything in here for good?"
          : `Delete ${picturesInWords(images.length)} for good?`
      }
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" onClick={onConfirm}>
            Delete for good
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <p className="font-semibold">
          {atLeast}
          {picturesInWords(images.length)}
          {size !== null && `, ${size}`}
        </p>
        <p>
          This cannot be undone: neither you nor an administrator of this site can restore {it}.
          Albums lose {it}, too.
        </p>
        <p className="text-sm text-muted">
          The storage may keep hidden copies for up to two weeks, which nobody sees here.
        </p>
      </div>
    </Dialog>
  );
};
