/** A moment in words that a machine can read too. */
import { dateInWords, momentInWords, wholeMoment } from "./format-date";

type MomentProps = {
  at: string;
  /** The date alone, where the hour says nothing. */
  dateOnly?: boolean;
};

export const Moment = ({ at, dateOnly = false }: MomentProps) => (
  <time dateTime={at} title={wholeMoment(at)}>
    {dateOnly ? dateInWords(at) : momentInWords(at)}
  </time>
);
