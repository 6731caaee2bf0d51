/** One person, as administrators see them: how much, never what. */
import type { Person } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { DateTime } from "@/components/settings/DateTime";
import { Row } from "@/components/settings/Rows";
import { counted } from "@/locale";
import { formatBytes, Menu, MoreIcon, PersonIcon } from "@/ui";

/** What an administrator may do with somebody. */
export type Step = "disable" | "enable" | "end_sessions" | "promote" | "demote";

const WORDS: Record<Step, string> = {
  disable: "Disable account",
  enable: "Enable account",
  end_sessions: "Sign out all devices",
  promote: "Make an administrator",
  demote: "Remove administrator role",
};

const stepsFor = (person: Person, isSelf: boolean): Step[] => [
  ...(person.is_administrator ? ["demote" as const] : ["promote" as const]),
  ...(person.sessions > 0 && !isSelf ? ["end_sessions" as const] : []),
  ...(isSelf ? [] : [person.disabled_at === null ? ("disable" as const) : ("enable" as const)]),
];

type PersonRowProps = { person: Person; isSelf: boolean; onStep: (step: Step) => void };

export const UserRow = ({ person, isSelf, onStep }: PersonRowProps) => (
  <Row
    icon={<PersonIcon />}
    title={person.email}
    isFaded={person.disabled_at !== null}
    badges={
      <>
        {isSelf && <Badge>You</Badge>}
        {person.is_administrator && <Badge tone="accent">Administrator</Badge>}
        {person.disabled_at !== null && <Badge tone="danger">Disabled</Badge>}
        {person.delete_after !== null && <Badge tone="danger">Deletion scheduled</Badge>}
      </>
    }
    actions={
      <Menu
        label={`What to do with ${person.email}`}
        items={stepsFor(person, isSelf).map((step) => ({
          label: WORDS[step],
          onSelect: () => onStep(step),
        }))}
      >
        <MoreIcon />
      </Menu>
    }
  >
    <p>
      {counted(person.pictures, "picture")} · {formatBytes(person.bytes)} ·{" "}
      {person.last_seen_at === null ? (
        "never seen"
      ) : (
        <>
          last seen <DateTime at={person.last_seen_at} />
        </>
      )}
    </p>
    <p>
      Joined <DateTime at={person.created_at} dateOnly /> ·{" "}
      {person.sessions === 0
        ? "signed in nowhere"
        : `signed in on ${counted(person.sessions, "device")}`}
      {person.open_links > 0 && ` · ${counted(person.open_links, "share link")}`}
      {person.delete_after !== null && (
        <>
          {" · to be deleted "}
          <DateTime at={person.delete_after} />
        </>
      )}
    </p>
  </Row>
);
