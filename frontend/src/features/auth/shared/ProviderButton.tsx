/** The button that leads to an OpenID provider. */
import type { Session } from "@/api";
import { buttonClass, classNames, KeyRingIcon, Spinner } from "@/ui";

export type Provider = Session["sign_in"]["providers"][number];

/** Google asks that its letter stand on the button. */
const GoogleMark = () => (
  <svg
    viewBox="0 0 24 24"
    aria-hidden="true"
    focusable="false"
    className="size-5 shrink-0"
    fill="none"
    strokeWidth="4"
  >
    <path d="M5.6 7.3A8 8 0 0 1 17.9 6.6" stroke="#ea4335" />
    <path d="M5.6 16.7a8 8 0 0 1 0-9.4" stroke="#fbbc05" />
    <path d="M17.6 17.7A8 8 0 0 1 5.6 16.7" stroke="#34a853" />
    <path d="M12 12h8a8 8 0 0 1-2.4 5.7" stroke="#4285f4" />
  </svg>
);

type ProviderButtonProps = { provider: Provider; busy: boolean; onPress: () => void };

export const ProviderButton = ({ provider, busy, onPress }: ProviderButtonProps) => (
  <button
    type="button"
    aria-busy={busy || undefined}
    aria-disabled={busy || undefined}
    onClick={() => {
      if (!busy) onPress();
    }}
    className={classNames(
      "w-full",
      provider.demo ? buttonClass("quiet") : buttonClass(),
      provider.demo && "border border-dashed border-edge",
    )}
  >
    {busy && <Spinner className="size-4" />}
    {!busy && (provider.name === "google" ? <GoogleMark /> : <KeyRingIcon />)}
    Continue with {provider.label}
    {provider.demo && (
      <span className="rounded-full bg-accent-soft px-2 py-0.5 text-xs font-semibold text-accent">
        stand-in
      </span>
    )}
  </button>
);
