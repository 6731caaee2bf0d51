/** Setting to stack pictures of one shot automatically. */
import { toProblem, useChangeAccount, type Account } from "@/api";
import { Section } from "@/components/settings/Section";
import { Switch, useToast } from "@/ui";

export const StackingSection = ({ account }: { account: Account }) => {
  const change = useChangeAccount();
  const toast = useToast();
  return (
    <Section title="Stacks">
      <p className="text-muted">
        RAW and JPEG of one shot, an edited copy beside its original, and the frames of a burst are
        one tile of your timeline. They are found by the names of their files and the time.
      </p>
      <Switch
        className="mt-5"
        label="Stack new pictures automatically"
        checked={account.user.stacks_images}
        busy={change.isPending}
        onChange={(stacks_images) =>
          change.mutate(
            { stacks_images },
            {
              onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
            },
          )
        }
      />
    </Section>
  );
};
