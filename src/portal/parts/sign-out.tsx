import { useSession } from "../api/context.tsx";
import { Button } from "./button.tsx";

/** For publishers: a consumer comes signed in, and leaves with its product. */
export function SignOut() {
  const { signOut } = useSession();
  return (
    <Button kind="quiet" small onClick={signOut}>
      Sign out
    </Button>
  );
}
