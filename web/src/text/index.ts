// Every word that the page shows, in one folder, so that another language is another object of this shape.

import { meetingText } from "./meeting";
import { minutesText } from "./minutes";
import { startText } from "./start";
import { transcriptText } from "./transcript";

export { languages } from "./languages";

export const text = {
  product: "Intrascribe",
  tagline: "Meetings with live captions and a transcript you can keep.",
  loading: "Loading…",
  retry: "Try again",
  reload: "Reload the page",
  signOut: "Sign out",
  back: "All meetings",
  untitled: "Untitled meeting",

  ...startText,
  ...transcriptText,
  ...minutesText,
  ...meetingText,
};
