/** The frame of the two pages that someone signed out can see. */
import type { ReactNode } from "react";

import { LogoMark, usePageTitle } from "@/ui";

import { ObscuraArt } from "./ObscuraArt";

type AccountFrameProps = { title: string; lead: string; children: ReactNode; footer: ReactNode };

export const AccountFrame = ({ title, lead, children, footer }: AccountFrameProps) => {
  usePageTitle(title);
  return (
    <div className="account-frame flex min-h-dvh">
      <main className="flex min-w-0 grow flex-col px-6 py-8 pb-[max(2rem,env(safe-area-inset-bottom))] sm:px-12">
        <p className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <LogoMark />
          Pinhole
        </p>
        <div className="m-auto w-full max-w-sm py-10">
          <h1 className="text-3xl font-semibold tracking-tight">{title}</h1>
          <p className="mt-2 mb-8 text-muted">{lead}</p>
          {children}
          <p className="mt-8 text-muted">{footer}</p>
        </div>
      </main>
      <aside className="hidden w-[52%] flex-col items-center justify-center gap-10 bg-[#1c1a18] p-12 text-[#f4f1ed] lg:flex">
        <ObscuraArt />
        <p className="max-w-md text-center text-xl leading-relaxed font-medium text-balance">
          Your pictures, in your own storage.
          <br />
          <span className="text-[#b9b1a7]">A small hole, and the whole world in it.</span>
        </p>
      </aside>
    </div>
  );
};
