/** A button that opens a short list of actions, with the keys of the ARIA menu pattern. */
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { classNames } from "./class-names";

type MenuItem = { label: string; icon?: ReactNode; onSelect: () => void };

type MenuProps = {
  /** Read aloud for the button. */
  label: string;
  /** What the button shows. */
  children: ReactNode;
  items: readonly MenuItem[];
  /** Above the items; not an action. */
  header?: ReactNode;
  buttonClassName?: string;
  className?: string;
  /** It opens above its button, at the bottom of a screen. */
  opensUp?: boolean;
};

const itemsOf = (menu: HTMLElement | null): HTMLElement[] => [
  ...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []),
];

const nextIndex = (key: string, at: number, count: number): number | null => {
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
};

export const Menu = (props: MenuProps) => {
  const { label, children, items, header, buttonClassName, className, opensUp = false } = props;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    itemsOf(menu.current)[0]?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" || event.key === "Tab") {
      setOpen(false);
      button.current?.focus();
      if (event.key === "Escape") event.stopPropagation();
      return;
    }
    const all = itemsOf(menu.current);
    const at = all.findIndex((item) => item === document.activeElement);
    const next = nextIndex(event.key, at, all.length);
    if (next === null) return;
    event.preventDefault();
    all[next]?.focus();
  };

  return (
    <div ref={root} className={classNames("relative", className)}>
      <button
        ref={button}
        type="button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        className={classNames(
          "inline-flex size-10 pointer-coarse:size-11 items-center justify-center rounded-full hover:bg-hover",
          buttonClassName,
        )}
      >
        {children}
      </button>
      {open && (
        <div
          className={classNames(
            "absolute right-0 z-40 w-64 animate-fade overflow-hidden rounded-2xl border border-line bg-raised shadow-float",
            opensUp ? "bottom-full mb-2" : "mt-2",
          )}
        >
          {header}
          <div
            ref={menu}
            id={id}
            role="menu"
            tabIndex={-1}
            aria-label={label}
            onKeyDown={onKeyDown}
            className="p-1.5"
          >
            {items.map((item) => (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                tabIndex={-1}
                onClick={() => {
                  setOpen(false);
                  button.current?.focus();
                  item.onSelect();
                }}
                className="flex h-11 w-full items-center gap-3 rounded-xl px-3 text-left hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2"
              >
                {item.icon}
                {item.label}
              </button>
            ))}
          </div>
        </div>
      )}
    </div>
  );
};
