/** State of the description request of a picture, and a button to send it. */
import { useState } from "react";
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
    return <Offer />;
  }
  if (detail.state !== "ready" && detail.state !== "damaged") return null;
  return (
    <div>
      <p className="text-muted">No description yet.</p>
      <DescribeButton detail={detail} />
    </div>
  );
};

const HIDDEN = "pinhole.description-offer-hidden";

const isOfferHidden = (): boolean => {
  try {
    return localStorage.getItem(HIDDEN) !== null;
  } catch {
    return false;
  }
};

/** Whoever does not want it reads it once, and not with every picture. */
const Offer = () => {
  const [isHidden, setIsHidden] = useState(isOfferHidden);
  const hide = () => {
    setIsHidden(true);
    try {
      localStorage.setItem(HIDDEN, "1");
    } catch {
      // Storage is closed to us: it lasts as long as this picture.
    }
  };
  return (
    <div>
      <p className="text-muted">No description yet.</p>
      {!isHidden && (
        <p className="mt-1 text-muted">
          Descriptions by AI are off:{" "}
          <Link
            href="/settings/descriptions"
            className="font-medium text-accent underline underline-offset-2"
          >
            turn them on in Settings
          </Link>
          , or{" "}
          <button
            type="button"
            className="font-medium text-accent underline underline-offset-2"
            onClick={hide}
          >
            do not show this again
          </button>
          .
        </p>
      )}
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
