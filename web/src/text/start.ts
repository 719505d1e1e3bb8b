// Signing in, and the list of meetings with all that begins there.

export const startText = {
  signIn: {
    heading: "Sign in",
    email: "E-mail",
    name: "Your name",
    nameHint: "Shown beside what you say. Optional if you have signed in before.",
    submit: "Sign in",
    submitting: "Signing in…",
    development: "Development sign-in: no password, only on this machine.",
    unavailable: "This server does not offer sign-in on this page.",
    expired: "Your sign-in has expired. Sign in again to continue where you were.",
    invited: "You are invited to a meeting. Sign in to join it.",
  },

  meetings: {
    heading: "My meetings",
    empty: "No meetings yet. Start one, or join with an invite code.",
    more: "Load more",
    rename: "Rename",
    renameOf: (title: string) => `Rename ${title}`,
    remove: "Delete",
    removeOf: (title: string) => `Delete ${title}`,
    reallyRemove: (title: string) =>
      `Delete “${title}” and its transcript for everybody? This cannot be undone.`,
    save: "Save",
    cancel: "Cancel",
    today: (time: string) => `Today, ${time}`,
    startHeading: "Start a meeting",
    title: "Title",
    titlePlaceholder: "Weekly planning",
    language: "Spoken language",
    start: "Start meeting",
    starting: "Starting…",
    joinHeading: "Join a meeting",
    code: "Invite code",
    join: "Join",
    joining: "Joining…",
  },

  upload: {
    heading: "Transcribe a recording",
    choose: "Choose an audio or video file, or drop one here",
    chosen: (name: string, megabytes: string) => `${name} · ${megabytes} MB`,
    anyLanguage: "Find out by listening",
    channels: "Each channel is a speaker",
    submit: "Transcribe",
    sending: (name: string) => `Sending ${name}`,
    share: (percent: number) => `Sending ${percent} %`,
    cancel: "Stop sending",
    advice: {
      "not-audio": "Choose an audio or video file; documents and pictures have nothing to hear.",
      "too-large": "Save the sound alone, or a smaller format, and send that.",
      "recording-too-long": "Cut it into parts, and send these one by one.",
      "upload-stalled": "Check your connection, then send it again.",
      unreachable: "The recording was not received; send it again when the connection is back.",
    } as Record<string, string>,
  },

  search: {
    label: "Search titles and what was said",
    nothing: "Nothing was found. Try fewer or other words.",
    more: "There is more than is shown here. Another word narrows it down.",
    found: (count: number) => (count === 1 ? "1 result" : `${count} results`),
  },

  status: {
    created: "Not started",
    recording: "Live",
    paused: "Paused",
    processing: "Being processed",
    completed: "Ended",
    cancelled: "Cancelled",
    archived: "Archived",
    failed: "Failed",
  } as Record<string, string>,
};
