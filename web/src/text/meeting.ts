// A meeting that goes on, and what may keep somebody from it.

export const meetingText = {
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
    part: "A part of this page could not be loaded. It may have been replaced by a newer one.",
    fault: "This could not be shown. Try again; if that does not help, reload the page.",
    status: (status: number) => `The server answered with an error (${status}).`,
  },
};
