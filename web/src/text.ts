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

  task: {
    cancel: "Stop",
    elsewhere: "The recording is being transcribed. The transcript appears here when it is ready.",
    failed: "The recording could not be transcribed; it is kept.",
    cancelled: "Transcribing was stopped; the recording is kept.",
    quietly: {
      join_recording: {
        label: "Preparing the recording…",
        failed: "The recording could not be prepared to be played.",
      },
      second_pass: {
        label: "Listening to the meeting once more…",
        failed: "The meeting could not be listened to once more; its captions stay as they are.",
      },
    } as Partial<Record<string, { label: string; failed: string }>>,
  },

  versions: {
    heading: (count: number) => `Versions of the transcript (${count})`,
    sources: {
      live: "Captions of the meeting",
      first_pass: "Captions before they were corrected from the recording",
      upload: "Transcribed from the recording",
      retranscription: "Transcribed again",
      import: "Brought along",
    } as Record<string, string>,
    words: (count: number) => (count === 1 ? "1 word" : `${count} words`),
    current: "Shown",
    use: "Use this one",
    again: "Transcribe again",
  },
  microphones: {
    heading: "Shared microphones",
    hint: "Where several people speak into one microphone, they are told apart once the meeting is over.",
    shared: (name: string) => `Several people share the microphone of ${name}`,
  },

  minutes: {
    heading: "Minutes",
    none: "Key points, decisions, tasks, open questions and chapters, each with the place where it was said.",
    make: "Make minutes",
    again: "Make again",
    template: "Template",
    noTemplate: "Without a template",
    own: (name: string) => `${name} (mine)`,
    instructions: "What matters to you, in your own words",
    copy: "Copy as Markdown",
    version: "Version of the minutes",
    versionOf: (version: number, made: string) => `${made} (version ${version})`,
    failed: "The minutes could not be made.",
    grounds: "What it rests on",
    where: (time: string) => `Show and play what was said at ${time}`,
    gone: "no longer in the transcript",
    changed: "corrected since",
    origins: {
      extracted: {
        label: () => "Extracted: quotations",
        hint: "Every line was said so. What stands under decisions and tasks are candidates to confirm.",
      },
      written: {
        label: (model: string | null) => `Written by ${model ?? "a model"}`,
        hint: "A model's words. Every line names where what it rests on was said.",
      },
      saved: { label: () => "Brought along", hint: "Made elsewhere and kept here." },
    } satisfies Record<string, { label: (model: string | null) => string; hint: string }>,
    sections: {
      highlights: "Summary",
      key_points: "Key points",
      decisions: "Decisions",
      action_items: "Tasks",
      open_questions: "Open questions",
      chapters: "Chapters",
    },
  },

  correct: {
    correct: (words: string) => `Correct “${words}”`,
    tip: "Correct (or double-click the words)",
    words: "What was said",
    speaker: "Who said it",
    keys: "Enter saves, Esc cancels. Without words, it leaves the transcript.",
    history: "History",
    recognised: "recognised",
    removed: "(no words)",
    now: "now",
    restore: "Restore",
    done: "Corrected.",
    undo: "Undo",
    conflict: (who: string | null) =>
      `${who ? `${who} has changed this` : "This was changed"} meanwhile into`,
    takeTheirs: "Leave it so",
    keepMine: "Save mine instead",
  },

  steps: {
    pending: "Waiting for its turn",
    initializing: "Getting ready",
    finding_audio: "Finding the recording",
    processing_audio: "Listening to the recording",
    fetching_transcriptions: "Reading the transcript",
    combining_transcriptions: "Reading the transcript",
    preparing_ai_request: "Looking for what matters",
    generating_summary: "Making the minutes",
    completed: "Done",
  } as Record<string, string>,

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
