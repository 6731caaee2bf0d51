/** The pages of a signed-in person: a heading and the screen that a feature provides. */
import { useSession, type MainView } from "@/api";
import { MainTimeline } from "@/features/timeline";
import { usePageTitle } from "@/ui";

import { Admin, TrashPage, Settings } from "./lazy-screens";
import { NotFound } from "./NotFound";
import { useTheme } from "./theme";
import { openFilePicker } from "./upload-pickers";

type ViewPageProps = { view: MainView; openId: string | null; onOpen: (id: string) => void };

const TITLES: Record<MainView, string> = {
  timeline: "",
  favourites: "Favourites",
  archive: "Archive",
};

export const ViewPage = ({ view, openId, onOpen }: ViewPageProps) => {
  const title = TITLES[view];
  usePageTitle(title);
  return (
    // Each view is another grid, with another selection.
    <div key={view} className="timeline-page sm:pr-6">
      {title === "" ? (
        <h1 className="sr-only">Your pictures</h1>
      ) : (
        <h1 className="py-3 text-2xl font-semibold tracking-tight">{title}</h1>
      )}
      <MainTimeline
        view={view}
        path={title === "" ? "" : `/${view}`}
        openId={openId}
        onOpen={onOpen}
        onUpload={openFilePicker}
      />
    </div>
  );
};

type DeletedPageProps = Omit<ViewPageProps, "view">;

export const DeletedPage = (props: DeletedPageProps) => {
  usePageTitle("Recently deleted");
  return (
    <>
      <h1 className="py-3 text-2xl font-semibold tracking-tight">Recently deleted</h1>
      <TrashPage {...props} />
    </>
  );
};

export const SettingsPage = ({ path }: { path: string }) => {
  const [theme, chooseTheme] = useTheme();
  return <Settings path={path} theme={theme} onThemeChange={chooseTheme} notFound={<NotFound />} />;
};

/** For everybody but administrators there is nothing here. */
export const AdministrationPage = ({ path }: { path: string }) =>
  useSession().user?.is_administrator ? (
    <Admin path={path} notFound={<NotFound />} />
  ) : (
    <NotFound />
  );
