/** A share link from the first look: opening, closed, or what it shows. */
import { lazy, Suspense, useCallback, useEffect, useState } from "react";

import { isClosed, toProblem, Visit } from "@/api";
import { ErrorState, LogoMark, VisuallyHidden } from "@/ui";

import { SharedPictures, type Collect } from "./SharedPictures";
import { useLinkAddress } from "./use-link-address";

const loadClosed = () => import("./ClosedLink");
const ClosedLink = lazy(async () => ({ default: (await loadClosed()).ClosedLink }));
const CutLink = lazy(async () => ({ default: (await loadClosed()).CutLink }));

type State =
  | { name: "opening" }
  | { name: "closed"; wasOpen: boolean; refusal?: string; isBusy: boolean }
  | { name: "failed"; detail: string }
  | { name: "open"; visit: Visit };

const WRONG = "The link does not open with this password.";

type ClosedState = Extract<State, { name: "closed" }>;

const closed = (more: Partial<ClosedState>): ClosedState => ({
  name: "closed",
  wasOpen: false,
  isBusy: false,
  ...more,
});

const stateOf = (error: unknown, hasPassword: boolean): State => {
  const { code, detail } = toProblem(error);
  if (isClosed(error)) {
    return closed(hasPassword ? { refusal: WRONG } : {});
  }
  if (code === "too_many_requests") return closed({ refusal: detail });
  return { name: "failed", detail };
};

const Opening = () => (
  <div role="status" className="flex min-h-dvh items-center justify-center">
    <LogoMark className="size-12 animate-breathe" />
    <VisuallyHidden>Opening the link</VisuallyHidden>
  </div>
);

const Link = ({ collect, token, openId, onShow }: LinkProps) => {
  const [state, setState] = useState<State>({ name: "opening" });
  const open = useCallback(
    (password: string | null) => {
      Visit.open(token, password).then(
        (visit) => setState({ name: "open", visit }),
        (error: unknown) => setState(stateOf(error, password !== null)),
      );
    },
    [token],
  );
  useEffect(() => open(null), [open]);
  const close = useCallback(() => setState(closed({ wasOpen: true })), []);

  if (state.name === "opening") return <Opening />;
  if (state.name === "failed") {
    return (
      <main>
        <ErrorState
          title="The link could not be opened"
          detail={state.detail}
          onRetry={() => open(null)}
        />
      </main>
    );
  }
  if (state.name === "closed") {
    return (
      <Suspense fallback={<Opening />}>
        <ClosedLink
          {...(state.refusal === undefined ? {} : { refusal: state.refusal })}
          wasOpen={state.wasOpen}
          isBusy={state.isBusy}
          onPassword={(password) => {
            setState(closed({ isBusy: true }));
            open(password);
          }}
        />
      </Suspense>
    );
  }
  return (
    <SharedPictures
      collect={collect}
      visit={state.visit}
      token={token}
      openId={openId}
      onShow={onShow}
      onClosed={close}
    />
  );
};

type LinkProps = {
  collect: Collect;
  token: string;
  openId: string | null;
  onShow: (id: string | null) => void;
};

export const VisitorPage = ({ collect }: { collect: Collect }) => {
  const { address, show } = useLinkAddress();
  if (address === null) {
    return (
      <Suspense fallback={<Opening />}>
        <CutLink />
      </Suspense>
    );
  }
  const { token, imageId } = address;
  return <Link key={token} collect={collect} token={token} openId={imageId} onShow={show} />;
};
