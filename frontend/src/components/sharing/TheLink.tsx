/** The one look at the address of a link. */
import { useEffect, useRef, useState } from "react";

import type { MadeShare } from "@/api";
import { CopyButton } from "@/components/settings/CopyButton";
import { OneTimeSecret } from "@/components/settings/OneTimeSecret";

import { SendLink } from "./SendLink";

type TheLinkProps = { share: MadeShare; heading: string; onClose: () => void };

export const TheLink = ({ share, heading, onClose }: TheLinkProps) => {
  const [isKept, setKept] = useState(false);
  const copy = useRef<HTMLDivElement>(null);
  // What is to be done next, and not the dialog's first button, which closes it.
  useEffect(() => copy.current?.querySelector("button")?.focus(), []);
  return (
    <OneTimeSecret
      title={heading}
      isKept={isKept}
      warning="This link is not shown again. Copy it now, or give it another address later."
      onClose={onClose}
    >
      <p className="text-muted">
        Whoever has this link sees {share.kind === "album" ? "the album" : "the pictures"}
        {share.has_password ? " once they give the password" : ", without an account"}. The address
        is not shown again. You can end it at any time, under “Shared links”.
      </p>
      <p className="rounded-xl bg-sunken px-4 py-3 font-mono text-sm break-all select-all">
        {share.url}
      </p>
      <div ref={copy} className="flex flex-wrap gap-2">
        <CopyButton text={share.url} onCopied={() => setKept(true)}>
          Copy the link
        </CopyButton>
        <SendLink share={share} onSent={() => setKept(true)} />
      </div>
    </OneTimeSecret>
  );
};
