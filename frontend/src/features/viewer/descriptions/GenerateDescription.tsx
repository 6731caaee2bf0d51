/** Where the model stands with this picture, and asking it, once more if need be. */
import { Link } from "wouter";

import { toProblem, useDescribeImage, type ImageDetail } from "@/api";
import { Button, RetryIcon, SparkleIcon, Spinner, useToast } from "@/ui";

type DescriptionRequestProps = {
  detail: ImageDetail;
  /** The operator offers no model, or the person has not turned it on, or has. */
  offer: "unavailable" | "off" | "on";
};

export const GenerateDescription = ({ detail, offer }: DescriptionRequestProps) => {
  const { description, description_state: state, description_failure: failure } = detail;
  if (description?.source === "person") return null;
  if (state === "waiting") {
    return (
      <p role="status" className="flex items-center gap-2 text-muted">
        <Spinner className="size-4" /> Generating a description
      </p>
    );
  }
  if (state === "failed") {
    return (
      <div className="rounded-xl bg-danger-soft px-3.5 py-3">
        <p className="text-danger">{failure?.detail ?? "The description failed."}</p>
        {offer === "on" && <DescribeButton detail={detail} isRetry />}
      </div>
    );
  }
  if (description) return null;
  return <NoDescription detail={detail} offer={offer} />;
};

const NoDescription = ({ detail, offer }: DescriptionRequestProps) => {
  if (offer === "unavailable") {
    return <p className="text-muted">No description yet.</p>;
  }
  if (offer === "off") {
    return (
      <p className="text-muted">
        No description. Descriptions by AI are off:{" "}
        <Link
          href="/settings/descriptions"
          className="font-medium text-accent underline underline-offset-2"
        >
          turn them on in Settings
        </Link>
        .
      </p>
    );
  }
  if (detail.state !== "ready" && detail.state !== "damaged") return null;
  return (
    <div>
      <p className="text-muted">No description yet.</p>
      <DescribeButton detail={detail} />
    </div>
  );
};

const DescribeButton = ({ detail, isRetry }: { detail: ImageDetail; isRetry?: boolean }) => {
  const { mutate, isPending } = useDescribeImage();
  const toast = useToast();
  const ask = () =>
    mutate(detail.id, {
      onError: (error) => toast.show({ message: toProblem(error).detail, tone: "error" }),
    });
  return (
    <Button
      className="mt-2.5"
      busy={isPending}
      icon={isRetry ? <RetryIcon className="size-4" /> : <SparkleIcon className="size-4" />}
      onClick={ask}
    >
      {isRetry ? "Try again" : "Describe this picture"}
    </Button>
  );
};
