// A meeting that is over: its transcript, its versions, and what is being done with it.

export const transcriptText = {
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

  formats: {
    txt: "Text",
    md: "Markdown",
    docx: "Word",
    srt: "Subtitles (SRT)",
    vtt: "Subtitles (WebVTT)",
    json: "JSON",
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
    saving: "Saving…",
    conflict: (who: string | null) =>
      `${who ? `${who} has changed this` : "This was changed"} meanwhile into`,
    homeless: (time: string) =>
      `What you wrote at ${time} was not saved, and nothing is said there any more:`,
    copy: "Copy what you wrote",
    discard: "Discard it",
    unsaved: "Unsaved corrections",
    takeTheirs: "Leave it so",
    keepMine: "Save mine instead",
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

  steps: {
    pending: "Waiting for its turn",
    initializing: "Getting ready",
    finding_audio: "Finding the recording",
    processing_audio: "Listening to the recording",
    finding_speakers: "Finding out who speaks",
    fetching_transcriptions: "Reading the transcript",
    combining_transcriptions: "Reading the transcript",
    preparing_ai_request: "Looking for what matters",
    generating_summary: "Making the minutes",
    completed: "Done",
  } as Record<string, string>,
};
