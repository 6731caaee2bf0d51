/** Above what was found: the name of the saved search and what can be done with it, or a button to save this one. */
import { useState } from "react";

import {
  toProblem,
  useChangeSavedSearch,
  useDeleteSavedSearch,
  useSavedSearches,
  useSaveSearch,
  type SavedSearch,
} from "@/api";
import { savedAddress } from "@/components/searches/saved-address";
import {
  AlbumsIcon,
  Button,
  CloseIcon,
  IconButton,
  Menu,
  MoreIcon,
  PencilIcon,
  PlusIcon,
  TrashIcon,
  useToast,
} from "@/ui";

import { SaveSearchDialog } from "./SaveSearchDialog";

type BarProps = {
  q: string;
  onGo: (path: string) => void;
  /** To the same search, which is none of the saved ones then. */
  onLeave: () => void;
};

/** The button that saves a search, and its dialog. */
const SaveButton = ({ q, label, onGo }: { q: string; label: string } & Pick<BarProps, "onGo">) => {
  const [isOpen, setOpen] = useState(false);
  const save = useSaveSearch();
  const toast = useToast();
  const submit = (name: string) =>
    save.mutate(
      { name, q },
      {
        onSuccess: (saved) => {
          setOpen(false);
          onGo(savedAddress(saved));
          toast.show({ message: `${saved.name} was saved. It appears under Albums.` });
        },
      },
    );
  return (
    <>
      <Button
        icon={<PlusIcon />}
        onClick={() => {
          save.reset();
          setOpen(true);
        }}
      >
        {label}
      </Button>
      {isOpen && (
        <SaveSearchDialog
          title="Save this search"
          action="Save"
          name={q}
          doing={save}
          onSubmit={submit}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
};

const SavedMenu = ({ saved, onGo }: { saved: SavedSearch } & Pick<BarProps, "onGo">) => {
  const [isRenaming, setRenaming] = useState(false);
  const change = useChangeSavedSearch();
  const save = useSaveSearch();
  const remove = useDeleteSavedSearch();
  const toast = useToast();
  const showError = (error: unknown) =>
    toast.show({ tone: "error", message: toProblem(error).detail });
  // This is gone by the time that either is answered.
  const bringBack = ({ name, q }: SavedSearch) => {
    save.mutateAsync({ name, q }).catch(showError);
  };
  const runDelete = async () => {
    const gone = await remove.mutateAsync(saved.id);
    onGo("/albums");
    toast.show({
      message: `${gone.name} was deleted. Its pictures stay in your library.`,
      action: { label: "Undo", onAction: () => bringBack(gone) },
    });
  };
  return (
    <>
      <Menu
        label="More for this saved search"
        items={[
          {
            label: "Rename",
            icon: <PencilIcon />,
            onSelect: () => {
              change.reset();
              setRenaming(true);
            },
          },
          {
            label: "Delete saved search",
            icon: <TrashIcon />,
            onSelect: () => void runDelete().catch(showError),
          },
        ]}
      >
        <MoreIcon />
      </Menu>
      {isRenaming && (
        <SaveSearchDialog
          title="Rename saved search"
          action="Rename"
          name={saved.name}
          doing={change}
          onSubmit={(name) =>
            change.mutate(
              { id: saved.id, changes: { name } },
              { onSuccess: () => setRenaming(false) },
            )
          }
          onClose={() => setRenaming(false)}
        />
      )}
    </>
  );
};

const ChangeButton = ({ q, saved }: { q: string; saved: SavedSearch }) => {
  const change = useChangeSavedSearch();
  const toast = useToast();
  const run = () =>
    change.mutate(
      { id: saved.id, changes: { q } },
      {
        onSuccess: () => toast.show({ message: `${saved.name} was changed.` }),
        onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
      },
    );
  return (
    <Button look="primary" busy={change.isPending} onClick={run}>
      Save changes
    </Button>
  );
};

export const SavedSearchBar = ({ q, savedId, ...bar }: BarProps & { savedId: string | null }) => {
  const all = useSavedSearches().data;
  const saved = all?.find(({ id }) => id === savedId);
  // Until it is known which there are, no button stands where a name may come.
  if (!saved) return all ? <SaveButton q={q} label="Save search" onGo={bar.onGo} /> : null;
  return (
    <div className="flex w-full flex-wrap items-center gap-x-2 gap-y-2">
      <AlbumsIcon className="size-6 text-muted" />
      <h2 className="min-w-0 text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]">
        {saved.name}
      </h2>
      <SavedMenu saved={saved} onGo={bar.onGo} />
      <IconButton label="Leave this saved search" onClick={bar.onLeave}>
        <CloseIcon />
      </IconButton>
      {saved.q !== q && (
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <ChangeButton q={q} saved={saved} />
          <SaveButton q={q} label="Save as new" onGo={bar.onGo} />
        </div>
      )}
    </div>
  );
};
