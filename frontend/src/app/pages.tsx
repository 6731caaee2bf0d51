/** The pages of a signed-in person: a heading and the screen that a feature provides. */
import { usePageTitle } from "@/ui";

import { RecentlyDeleted, Settings, Timeline } from "./screens";
import { useTheme } from "./theme";
import { openFilePicker } from "./uploads";

type TimelinePageProps = { openId: string | null; onOpen: (id: string) => void };

export const TimelinePage = ({ openId, onOpen }: TimelinePageProps) => {
  usePageTitle("");
  return (
    <>
      <h1 className="sr-only">Your pictures</h1>
      <Timeline openId={openId} onOpen={onOpen} onUpload={openFilePicker} />
    </>
  );
};

export const DeletedPage = () => {
  usePageTitle("Recently deleted");
  return (
    <>
      <h1 className="py-3 text-2xl font-semibold tracking-tight">Recently deleted</h1>
      <RecentlyDeleted />
    </>
  );
};

export const SettingsPage = () => {
  usePageTitle("Settings");
  const [theme, chooseTheme] = useTheme();
  return (
    <>
      <h1 className="mx-auto max-w-3xl py-3 text-2xl font-semibold tracking-tight">Settings</h1>
      <Settings theme={theme} onThemeChange={chooseTheme} />
    </>
  );
};
