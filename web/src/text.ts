// Every word that the page shows, in one place, so that another language is another object of this shape.

export const text = {
  product: "Intrascribe",
  tagline: "Meetings with live captions and a transcript you can keep.",
  loading: "Loading…",
  retry: "Try again",
  signOut: "Sign out",
  back: "All meetings",
  untitled: "Untitled meeting",

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
    defaultTitle: (date: string) => `Meeting on ${date}`,
    language: "Spoken language",
    start: "Start meeting",
    starting: "Starting…",
    joinHeading: "Join a meeting",
    code: "Invite code",
    join: "Join",
    joining: "Joining…",
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

  formats: {
    txt: "Text",
    md: "Markdown",
    docx: "Word",
    srt: "Subtitles (SRT)",
    vtt: "Subtitles (WebVTT)",
    json: "JSON",
  },

  search: {
    label: "Search titles and what was said",
    nothing: "Nothing was found. Try fewer or other words.",
    more: "There is more than is shown here. Another word narrows it down.",
    found: (count: number) => (count === 1 ? "1 result" : `${count} results`),
  },

  session: {
    joinSpeaking: "Join with microphone",
    joinListening: "Just listen",
    transcript: "Transcript",
    copy: "Copy transcript",
    copied: "Copied",
    format: "Format",
    download: "Download",
    renameSpeaker: (speaker: string) => `Rename ${speaker} in the whole meeting`,
    recording: "Recording",
    playFrom: (time: string) => `Play from ${time}`,
    nothingSaid: "Nothing was said in this meeting.",
    nothingYet: "Nothing has been said yet. Words appear here as the meeting goes on.",
    segments: (count: number) => (count === 1 ? "1 caption" : `${count} captions`),
  },

  invite: {
    heading: "Invite others",
    hint: "Whoever has an account here and opens this link can join.",
    copy: "Copy link",
    copied: "Link copied",
    link: "Invite link",
    code: (code: string) => `Code: ${code}`,
  },

  meeting: {
    joining: "Joining the meeting…",
    people: "In this meeting",
    you: "you",
    speaking: "speaking",
    muted: "microphone off",
    captions: "Live captions",
    words: "What has been said",
    captionsOn: "Captions are on",
    captionsWaiting: "Waiting for captions",
    noWordsYet: "Captions appear here as soon as somebody speaks.",
    recording: "This meeting is being recorded",
    notRecording: "Not recorded",
    stopRecording: "Stop recording",
    startRecording: "Record",
    latest: "Jump to latest",
    mute: "Mute",
    unmute: "Unmute",
    device: "Microphone",
    leave: "Leave",
    rejoin: "Join again",
    startAudio: "Let the others be heard",
    roomReconnecting: "The connection to the meeting was lost. Trying to get it back…",
  },

  connection: {
    connecting: "Connecting…",
    live: "Up to date",
    reconnecting: "Reconnecting…",
    offline: "You are offline. Captions continue when the connection is back.",
  },

  microphone: {
    denied:
      "The browser does not let this page use the microphone. Allow it in the address bar, then unmute. You can listen meanwhile.",
    absent: "No microphone was found. You can listen and read; plug one in and unmute to speak.",
    busy: "Another program is using the microphone. Close it there, then unmute here. You can listen meanwhile.",
    insecure:
      "Browsers offer the microphone only on https or on this very machine. You can listen meanwhile.",
    other: "The microphone could not be started. You can listen meanwhile, or try again.",
  },

  disconnected: {
    duplicate: "You joined this meeting somewhere else, so it ended here.",
    removed: "You were removed from this meeting.",
    closed: "The meeting was closed.",
    lost: "The connection to the meeting was lost.",
    refused: "The meeting could not be reached. Is the audio server running?",
  },

  problem: {
    unreachable: "The server cannot be reached. Check your connection and try again.",
    unexpected: "Something went wrong on this page. Try again.",
    status: (status: number) => `The server answered with an error (${status}).`,
  },
};

/** Languages a meeting can be started in, as the API names them. */
export const languages: ReadonlyArray<readonly [code: string, name: string]> = [
  ["en-US", "English"],
  ["zh-CN", "中文"],
  ["de-DE", "Deutsch"],
  ["es-ES", "Español"],
  ["fr-FR", "Français"],
  ["ja-JP", "日本語"],
  ["ko-KR", "한국어"],
];
