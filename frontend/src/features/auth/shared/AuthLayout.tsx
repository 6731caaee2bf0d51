/** The frame of the pages that lead into an account: one column, and on wide screens a picture beside it. */
import { useEffect, useRef, type ReactNode } from "react";

import { LogoMark, usePageTitle } from "@/ui";

import { CameraObscuraArt } from "./CameraObscuraArt";

type AuthLayoutProps = {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
};

// Where the browser puts the focus when the site is opened is right; after that we have to.
let isFirstFrame = true;

/** A new page is announced by moving the focus to its heading, unless a field took it. */
const useAnnouncedHeading = () => {
  const heading = useRef<HTMLHeadingElement>(null);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    const isTaken = main.current?.contains(document.activeElement) ?? false;
    if (!isFirstFrame && !isTaken) heading.current?.focus({ preventScroll: true });
    isFirstFrame = false;
    window.scrollTo({ top: 0, behavior: "instant" });
  }, []);
  return { heading, main };
};

export const AuthLayout = ({ title, lead, children, footer }: AuthLayoutProps) => {
  usePageTitle(title);
  const { heading, main } = useAnnouncedHeading();
  return (
    <div className="account-frame flex min-h-dvh">
      <main
        ref={main}
        className="flex min-w-0 grow flex-col px-6 py-8 pb-[max(2rem,env(safe-area-inset-bottom))] sm:px-12"
      >
        <p className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <LogoMark />
          Pinhole
        </p>
        {/* At the same height on every page, so that nothing jumps when a complaint comes or a step follows. */}
        <div className="mx-auto w-full max-w-sm pt-[clamp(2rem,11dvh,8rem)] pb-10">
          <h1
            ref={heading}
            tabIndex={-1}
            className="text-3xl font-semibold tracking-tight outline-none"
          >
            {title}
          </h1>
          {lead !== undefined && <p className="mt-2 text-muted">{lead}</p>}
          {children !== undefined && <div className="mt-8">{children}</div>}
          {footer !== undefined && <div className="mt-8 text-muted">{footer}</div>}
        </div>
      </main>
      <aside className="sticky top-0 hidden h-dvh w-[52%] flex-col items-center justify-center gap-10 bg-[#1c1a18] p-12 text-[#f4f1ed] lg:flex">
        <CameraObscuraArt />
        <p className="max-w-md text-center text-xl leading-relaxed font-medium text-balance">
          Your pictures, in your own storage.
        </p>
      </aside>
    </div>
  );
};
