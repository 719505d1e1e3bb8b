// Copies to the clipboard and says so.

import { useEffect, useState } from "react";
import { Copy } from "./icons";

interface Props {
  content: () => string;
  label: string;
  done: string;
}

export function CopyButton({ content, label, done }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => toClipboard(content()).then(setCopied, () => setCopied(false));
  return (
    <button type="button" className="button" onClick={copy}>
      <Copy />
      <span aria-live="polite">{copied ? done : label}</span>
    </button>
  );
}

async function toClipboard(content: string): Promise<boolean> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(content);
    return true;
  }
  // Without https there is no clipboard interface, only the old command on what is selected.
  const area = document.createElement("textarea");
  area.value = content;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
