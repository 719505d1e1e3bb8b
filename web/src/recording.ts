// What a room says of itself in its metadata, as far as it is about recording.

/** Whether what is said is kept as audio; null while the room has not said so. */
export function recordingOf(metadata: string | undefined): boolean | null {
  if (!metadata) return null;
  try {
    const told: unknown = JSON.parse(metadata);
    if (typeof told !== "object" || told === null || !("recording" in told)) return null;
    return typeof told.recording === "boolean" ? told.recording : null;
  } catch {
    return null;
  }
}
