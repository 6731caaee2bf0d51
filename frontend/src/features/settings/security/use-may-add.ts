/** Whether the account may get another way in: where mail works, its address is confirmed first. */
import { useSession } from "@/api";

export const useMayAdd = (): boolean => {
  const { user, sign_in: offer } = useSession();
  return !offer.mail || user?.email_verified === true;
};
