/**
 * A modal dialog: the browser's own, which keeps the focus in, makes the rest inert and closes on Escape.
 * (Radix's injects a <style> element, which our content security policy refuses.)
 */
import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

import { IconButton } from "./Button";
import { classNames } from "./class-names";
import { CloseIcon } from "./icons";

type DialogProps = {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the end. */
  actions?: ReactNode;
  /** A sheet rises from the bottom of a phone; on a wide screen it is a dialog like the others. */
  sheet?: boolean;
};

/** Open while it is mounted. */
export const Dialog = ({ title, onClose, children, actions, sheet = false }: DialogProps) => {
  const ref = useRef<HTMLDialogElement>(null);
  const isLeaving = useRef(false);
  const titleId = useId();

  // Before the element leaves the page: a dialog that is closed gives the focus back to where it came from.
  useLayoutEffect(() => {
    const dialog = ref.current;
    isLeaving.current = false;
    dialog?.showModal();
    return () => {
      isLeaving.current = true;
      dialog?.close();
    };
  }, []);

  return (
    // The browser closes a dialog on Escape; the click handler only adds "beside it" for pointers.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Pressed twice in a row, Escape closes without asking. Whether it goes is for the page to say.
      onClose={() => {
        if (isLeaving.current) return; // told late, when another dialog may be in its place
        ref.current?.showModal();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
      className={classNames(
        "w-full max-w-lg bg-transparent p-0 backdrop:bg-black/50 animate-rise",
        sheet ? "m-0 mx-auto mt-auto sm:m-auto" : "m-auto px-4 sm:px-0",
      )}
    >
      <div
        className={classNames(
          "max-h-[85dvh] overflow-y-auto bg-surface p-6 shadow-float",
          sheet
            ? "rounded-t-3xl pb-[max(1.5rem,env(safe-area-inset-bottom))] sm:rounded-3xl"
            : "rounded-3xl",
        )}
      >
        <div className="mb-3 flex items-start justify-between gap-4">
          <h2 id={titleId} className="text-lg font-semibold tracking-tight">
            {title}
          </h2>
          <IconButton label="Close" onClick={onClose} className="-mt-2 -mr-3">
            <CloseIcon />
          </IconButton>
        </div>
        {children}
        {actions !== undefined && (
          <div className="mt-6 flex flex-wrap justify-end gap-3">{actions}</div>
        )}
      </div>
    </dialog>
  );
};
