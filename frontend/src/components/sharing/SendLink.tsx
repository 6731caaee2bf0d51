/** Ways in which a link gets to people: a QR code, the person's own mail program, what a phone shares with. */
import { lazy, Suspense, useState } from "react";

import type { MadeShare } from "@/api";
import { Button, buttonClass, MailIcon, Spinner } from "@/ui";

import { QrIcon } from "./QrIcon";
import { ShareIcon } from "./ShareIcon";

const QrCode = lazy(async () => ({ default: (await import("./QrCode")).QrCode }));

type Said = Pick<MadeShare, "url" | "title" | "has_password">;

const textOf = ({ url, has_password: hasPassword }: Said): string =>
  hasPassword ? `${url}\n\nYou need a password for it, which I tell you separately.` : url;

/** Opens the person's own mail program: no mail leaves this site, and no server learns the address. */
const mailOf = (said: Said): string => {
  const subject = said.title === "" ? "Pictures for you" : said.title;
  return `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(textOf(said))}`;
};

/** Of what most browsers on desks do not have. */
const canShare = (): boolean => typeof (navigator as Partial<Navigator>).share === "function";

type SendLinkProps = { share: MadeShare; onSent: () => void };

export const SendLink = ({ share, onSent }: SendLinkProps) => {
  const [hasCode, setHasCode] = useState(false);
  const send = () => {
    const { title, url } = share;
    // Whoever closes the list of apps has sent nothing.
    navigator.share({ title, url }).then(onSent, () => undefined);
  };
  return (
    <>
      <Button icon={<QrIcon />} aria-expanded={hasCode} onClick={() => setHasCode(!hasCode)}>
        QR code
      </Button>
      <a href={mailOf(share)} onClick={onSent} className={buttonClass()}>
        <MailIcon />
        E-mail
      </a>
      {canShare() && (
        <Button icon={<ShareIcon />} onClick={send}>
          Send with…
        </Button>
      )}
      {hasCode && (
        <div className="w-full">
          <Suspense fallback={<Spinner />}>
            <QrCode url={share.url} onSaved={onSent} />
          </Suspense>
        </div>
      )}
    </>
  );
};
