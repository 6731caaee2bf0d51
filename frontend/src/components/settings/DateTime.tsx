/** A moment in words that a machine can read too. */
import { formatDate, formatDateTime, formatFullDateTime } from "./format-date";

type MomentProps = {
  at: string;
  /** The date alone, where the hour says nothing. */
  dateOnly?: boolean;
};

export const DateTime = ({ at, dateOnly = false }: MomentProps) => (
  <time dateTime={at} title={formatFullDateTime(at)}>
    {dateOnly ? formatDate(at) : formatDateTime(at)}
  </time>
);
