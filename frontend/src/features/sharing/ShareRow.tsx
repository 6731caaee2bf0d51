/** One link: what it shows, what it allows, who came, and its end. */
import { Link } from "wouter";

import type { Share } from "@/api";
import { picturesInWords } from "@/locale";
import { Badge } from "@/components/settings/Badge";
import { DateTime } from "@/components/settings/DateTime";
import { Row } from "@/components/settings/Rows";
import { ShareIcon } from "@/components/sharing/ShareIcon";
import { Button, Menu, MoreIcon } from "@/ui";

import { nameOfShare, sentInWords, visitsInWords } from "./share-words";

export type Doing = "edit" | "renew" | "end";

const CLOSED: Record<Exclude<Share["state"], "open">, string> = {
  expired: "Expired",
  album_deleted: "Album deleted",
  forbidden: "Switched off",
};

const Badges = ({ share }: { share: Share }) => (
  <>
    {share.state !== "open" && <Badge tone="danger">{CLOSED[share.state]}</Badge>}
    {share.has_password && <Badge>Password</Badge>}
    {share.allow_downloads && <Badge>Downloads</Badge>}
    {share.collect && <Badge>Guests add pictures</Badge>}
  </>
);

const What = ({ share }: { share: Share }) => {
  if (share.album_id === null) return "Selected pictures";
  if (share.state === "album_deleted") return `Album ${share.album_title ?? ""}`;
  return (
    <>
      Album{" "}
      <Link href={`/albums/${share.album_id}`} className="underline">
        {share.album_title}
      </Link>
    </>
  );
};

type ShareRowProps = { share: Share; onDo: (doing: Doing) => void };

export const ShareRow = ({ share, onDo }: ShareRowProps) => {
  const name = nameOfShare(share);
  return (
    <Row
      icon={<ShareIcon />}
      title={name}
      isFaded={share.state !== "open"}
      badges={<Badges share={share} />}
      actions={
        <>
          <Button look="quiet" onClick={() => onDo("end")} aria-label={`End ${name}`}>
            End
          </Button>
          <Menu
            label={`More for ${name}`}
            items={[
              { label: "Edit", onSelect: () => onDo("edit") },
              { label: "New address", onSelect: () => onDo("renew") },
            ]}
          >
            <MoreIcon />
          </Menu>
        </>
      }
    >
      <p>
        <What share={share} /> · {picturesInWords(share.count)}
        {share.expires_at !== null && (
          <>
            {share.state === "expired" ? " · worked until " : " · works until "}
            <DateTime at={share.expires_at} dateOnly />
          </>
        )}
      </p>
      {share.collect && <p>{sentInWords(share.collect)}</p>}
      <p>
        Made <DateTime at={share.created_at} dateOnly /> · {visitsInWords(share.visits)}
        {share.last_visit_at !== null && (
          <>
            , last <DateTime at={share.last_visit_at} />
          </>
        )}
      </p>
    </Row>
  );
};
