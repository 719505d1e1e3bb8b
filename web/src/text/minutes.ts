// Minutes, and what they rest on.

export const minutesText = {
  minutes: {
    heading: "Minutes",
    none: "Key points, decisions, tasks, open questions and chapters, each with the place where it was said.",
    make: "Make minutes",
    again: "Make again",
    template: "Template",
    noTemplate: "Without a template",
    own: (name: string) => `${name} (mine)`,
    templateOfMeeting: "The template of this meeting",
    wishes: "Wishes",
    wishesHint: "A language model follows them. Minutes that quote stay as it was said.",
    instructions: "What matters to you, in your own words",
    language: "Language of the minutes",
    languageSpoken: "As it was spoken",
    style: "How much of it",
    styles: [
      ["brief", "Brief"],
      ["standard", "Standard"],
      ["detailed", "Detailed"],
    ] as const,
    asPreferred: "As I prefer it",
    asBefore: "As before",
    more: (count: number) => `… and ${count} more`,
    dropped: (count: number) =>
      `${count === 1 ? "One line" : `${count} lines`} of the model had no place in the transcript, and ${
        count === 1 ? "was" : "were"
      } left out.`,
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
};
