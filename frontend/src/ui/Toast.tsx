/** Short messages that come and go, with at most one action such as Undo. They are read aloud politely. */
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from "react";

import { IconButton } from "./Button";
import { classNames } from "./class-names";
import { CloseIcon, WarningIcon } from "./icons";
import { Spinner } from "./Spinner";
import { VisuallyHidden } from "./VisuallyHidden";

type ToastAction = { label: string; onAction: () => void };
type ToastMessage = {
  message: string;
  tone?: "plain" | "error";
  action?: ToastAction;
  /** What it tells of is still under way; the message shows that once it takes long, and stays until then. */
  until?: Promise<unknown>;
  /** Watches for what makes the message pointless, until the returned function is called. */
  watch?: (onPointless: () => void) => () => void;
};
type Toasts = { show: (toast: ToastMessage) => void };
type Shown = ToastMessage & { id: number };

/** An action needs time to be found and reached, also by keyboard (WCAG 2.2.1 asks for more than a moment). */
const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 12_000;
const AT_ONCE = 3;
const LONG_MS = 1_000;

const ToastContext = createContext<Toasts | null>(null);

/** @throws Error outside ToastProvider. */
export const useToast = (): Toasts => {
  const toasts = use(ToastContext);
  if (!toasts) throw new Error("useToast() is used outside ToastProvider");
  return toasts;
};

/** How it goes with what a message tells of. */
const useProgress = (until: Promise<unknown> | undefined): "quick" | "long" | "over" => {
  const [progress, setProgress] = useState<"quick" | "long" | "over">(until ? "quick" : "over");
  useEffect(() => {
    if (!until) return;
    const timer = setTimeout(() => setProgress("long"), LONG_MS);
    const end = () => {
      clearTimeout(timer);
      setProgress("over");
    };
    until.then(end, end);
    return () => clearTimeout(timer);
  }, [until]);
  return progress;
};

const ToastCard = ({ toast, onDismiss }: { toast: Shown; onDismiss: (id: number) => void }) => {
  const [held, setHeld] = useState(false);
  const { id, action, watch } = toast;
  const progress = useProgress(toast.until);
  const isHeld = held || progress !== "over";
  const lasts = action ? SHOWN_WITH_ACTION_MS : SHOWN_MS;

  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => onDismiss(id), lasts);
    return () => clearTimeout(timer);
  }, [isHeld, id, lasts, onDismiss]);

  useEffect(() => watch?.(() => onDismiss(id)), [watch, id, onDismiss]);

  return (
    // Resting on the message only keeps it there longer; there is nothing here to press.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={classNames(
        "pointer-events-auto flex min-h-12 max-w-full animate-rise items-center gap-2 rounded-2xl py-1 pr-1 pl-4 shadow-float",
        "bg-ink text-canvas",
      )}
    >
      {toast.tone === "error" && <WarningIcon />}
      {progress === "long" && (
        <>
          <Spinner className="size-4" />
          <VisuallyHidden>Under way.</VisuallyHidden>
        </>
      )}
      <p className="min-w-0 py-2">{toast.message}</p>
      {action && (
        <button
          type="button"
          onClick={() => {
            onDismiss(id);
            action.onAction();
          }}
          className="ml-1 h-10 shrink-0 whitespace-nowrap pointer-coarse:h-11 rounded-full px-3.5 font-semibold text-[light-dark(#f5b04c,#8a3f06)] hover:bg-canvas/10"
        >
          {action.label}
        </button>
      )}
      <IconButton label="Dismiss" onClick={() => onDismiss(id)} className="hover:bg-canvas/10">
        <CloseIcon className="size-4" />
      </IconButton>
    </div>
  );
};

export const ToastProvider = ({ children }: { children: ReactNode }) => {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const count = useRef(0);

  const dismiss = useCallback((id: number) => {
    setShown((toasts) => toasts.filter((toast) => toast.id !== id));
  }, []);
  const show = useCallback((toast: ToastMessage) => {
    const id = ++count.current;
    setShown((toasts) => [...toasts.slice(1 - AT_ONCE), { ...toast, id }]);
  }, []);
  const toasts = useMemo(() => ({ show }), [show]);

  return (
    <ToastContext value={toasts}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-0 bottom-[calc(4.5rem+env(safe-area-inset-bottom))] z-50 flex flex-col items-center gap-2 px-4 sm:bottom-6"
      >
        {shown.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onDismiss={dismiss} />
        ))}
      </div>
    </ToastContext>
  );
};
