// The few drawings of the page, in the colour of the text around them.

import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const Microphone = () => (
  <Icon>
    <rect x="9" y="3" width="6" height="11" rx="3" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
  </Icon>
);

export const MicrophoneOff = () => (
  <Icon>
    <path d="M9 5.5A3 3 0 0 1 15 6v5m0 0a3 3 0 0 1-.3 1.3M9 9.5V11a3 3 0 0 0 3.8 2.9" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 9.8 5.6M18.5 11.5a6.4 6.4 0 0 1-.8 3.1M12 18v3M4 4l16 16" />
  </Icon>
);

export const Leave = () => (
  <Icon>
    <path d="M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 8l-4 4 4 4M6 12h9" />
  </Icon>
);

export const Copy = () => (
  <Icon>
    <rect x="9" y="9" width="11" height="11" rx="2" />
    <path d="M5 15V6a2 2 0 0 1 2-2h8" />
  </Icon>
);

export const Download = () => (
  <Icon>
    <path d="M12 4v11m-4.5-4L12 15.5 16.5 11M5 20h14" />
  </Icon>
);

export const Upload = () => (
  <Icon>
    <path d="M12 15.5v-11m-4.5 4L12 4l4.5 4.5M5 20h14" />
  </Icon>
);

export const Pencil = () => (
  <Icon>
    <path d="M4 20l1-4.2L16.2 4.6a1.8 1.8 0 0 1 2.6 0l.6.6a1.8 1.8 0 0 1 0 2.6L8.2 19zM14 7l3 3" />
  </Icon>
);

export const ArrowLeft = () => (
  <Icon>
    <path d="M19 12H5m6-6-6 6 6 6" />
  </Icon>
);

export const ArrowDown = () => (
  <Icon>
    <path d="M12 5v14m-6-6 6 6 6-6" />
  </Icon>
);

export const Ear = () => (
  <Icon>
    <path d="M6.5 9.5a5.5 5.5 0 0 1 11 0c0 4-4 4.5-4 8a3 3 0 0 1-5.6 1.5M9.5 10a2.5 2.5 0 0 1 5 0c0 2-2.5 2-2.5 4" />
  </Icon>
);

export const Logo = () => (
  <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="var(--accent)" />
    <g stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round">
      <path d="M8 13v6M13 9v14M18 12v8M23 14.5v3" />
    </g>
  </svg>
);
