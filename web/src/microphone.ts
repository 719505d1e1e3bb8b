// Whether this tab wants its microphone on. A reload must not switch on what somebody had switched off.

const KEY = "intrascribe-microphone";

export function wantMicrophone(wanted: boolean): void {
  sessionStorage.setItem(KEY, wanted ? "on" : "off");
}

export function isMicrophoneWanted(): boolean {
  return sessionStorage.getItem(KEY) === "on";
}
